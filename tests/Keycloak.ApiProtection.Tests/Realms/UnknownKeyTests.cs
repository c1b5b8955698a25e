using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection.Tests.Realms;

public sealed class UnknownKeyTests
{
    private static readonly TimeSpan Cooldown = TimeSpan.FromSeconds(5);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_unknown_kids_cause_one_fetch_per_cooldown()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        using var keys = await realm.OpenReadAsync();
        await keys.FindAsync("forged", realm.Now, Cancelled);
        Assert.Equal(2, realm.Fetches);

        for (var cooldown = 1; cooldown <= 3; cooldown++)
        {
            var flood = Enumerable.Range(0, 500)
                .Select(i => keys.FindAsync($"forged-{cooldown}-{i}", realm.Now, Cancelled).AsTask())
                .ToArray();
            realm.Time.Advance(Cooldown - TimeSpan.FromMilliseconds(1));
            Assert.DoesNotContain(flood, search => search.IsCompleted);
            Assert.Equal(1 + cooldown, realm.Fetches);

            realm.Time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.All(await Task.WhenAll(flood), search => Assert.True(search.IsUnknown));
            Assert.Equal(2 + cooldown, realm.Fetches);
        }

        Assert.True(keys.TryFind("one"u8, out _));
        Assert.Equal(1, realm.MostAtOnce);
        Assert.Equal(1, realm.Discoveries);
    }

    [Fact]
    public async Task A_rotated_key_is_found_among_many_requests_with_unknown_kids()
    {
        var realm = new RealmStub(TestKey.Ec("old"));
        using var keys = await realm.OpenReadAsync();
        await keys.FindAsync("forged", realm.Now, Cancelled);
        var flood = Enumerable.Range(0, 300).Select(i => keys.FindAsync($"forged-{i}", realm.Now, Cancelled).AsTask()).ToList();
        realm.Time.Advance(TimeSpan.FromSeconds(1));
        realm.Rotate(TestKey.Ec("new"), TestKey.Ec("old"));

        var good = keys.FindAsync("new", realm.Now, Cancelled).AsTask();
        flood.AddRange(Enumerable.Range(300, 300).Select(i => keys.FindAsync($"forged-{i}", realm.Now, Cancelled).AsTask()));
        Assert.False(good.IsCompleted);
        realm.Time.Advance(TimeSpan.FromSeconds(4));

        Assert.True((await good).IsFound(out _));
        Assert.All(await Task.WhenAll(flood), search => Assert.True(search.IsUnknown));
        Assert.Equal(3, realm.Fetches);
        Assert.True(keys.TryFind("new"u8, out _));
    }

    [Fact]
    public async Task The_first_unknown_kid_is_looked_up_immediately_even_if_the_keys_were_just_read()
    {
        var realm = new RealmStub(TestKey.Ec("old"));
        using var keys = await realm.OpenReadAsync();
        realm.Rotate(TestKey.Ec("new"));

        // The keys were read just now, but not because of an unknown key, so there is no cooldown.
        Assert.True((await keys.FindAsync("new", realm.Now, Cancelled)).IsFound(out _));
    }

    [Theory]
    [InlineData(-31, true)]
    [InlineData(-29, false)]
    [InlineData(0, false)]
    [InlineData(3600, false)]
    public async Task In_the_cooldown_a_kid_is_unknown_immediately_if_the_token_is_older_than_the_keys(int issuedBefore, bool atOnce)
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        using var keys = await realm.OpenReadAsync();
        var read = realm.Now;
        await keys.FindAsync("forged", read, Cancelled);
        realm.Time.Advance(TimeSpan.FromSeconds(2));

        var search = keys.FindAsync("other", read.AddSeconds(issuedBefore), Cancelled).AsTask();

        Assert.Equal(atOnce, search.IsCompleted);
        Assert.Equal(2, realm.Fetches);
        realm.Time.Advance(Cooldown);
        Assert.True((await search).IsUnknown);
        Assert.Equal(atOnce ? 2 : 3, realm.Fetches);
    }

    [Fact]
    public async Task Extreme_issue_times_of_tokens_are_handled()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        using var keys = await realm.OpenReadAsync();
        await keys.FindAsync("forged", DateTimeOffset.MinValue, Cancelled);

        Assert.True((await keys.FindAsync("forged", DateTimeOffset.MinValue, Cancelled)).IsUnknown);
        var future = keys.FindAsync("forged", DateTimeOffset.MaxValue, Cancelled).AsTask();
        realm.Time.Advance(Cooldown);

        Assert.True((await future).IsUnknown);
    }

    [Fact]
    public async Task Callers_beyond_the_maximum_number_of_waiters_get_the_time_to_retry()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        realm.Settings = realm.Settings with { MaximumWaiters = 10 };
        using var keys = await realm.OpenReadAsync();
        await keys.FindAsync("forged", realm.Now, Cancelled);
        var waiting = Enumerable.Range(0, 10).Select(i => keys.FindAsync($"forged-{i}", realm.Now, Cancelled).AsTask()).ToArray();

        for (var i = 0; i < 20; i++)
        {
            var beyond = keys.FindAsync("one-too-many", realm.Now, Cancelled);
            Assert.True(beyond.IsCompleted);
            Assert.Equal(Cooldown, (await beyond).RetryAfter);
        }

        Assert.Equal(1, realm.Log.Count("RealmWaitersFull"));
        realm.Time.Advance(Cooldown);
        Assert.All(await Task.WhenAll(waiting), search => Assert.True(search.IsUnknown));
        Assert.Equal(0, keys.Waiters);
        Assert.Equal(3, realm.Fetches);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Waiting_tokens_and_waiting_notifications_have_separate_limits(bool notification)
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        realm.Settings = realm.Settings with { MaximumWaiters = 10 };
        using var keys = await realm.OpenReadAsync();
        await keys.FindAsync("forged", realm.Now, Cancelled);
        var (crowd, other) = notification
            ? (KeyDemand.AccessToken, KeyDemand.Notification)
            : (KeyDemand.Notification, KeyDemand.AccessToken);
        var waiting = Enumerable.Range(0, 10).Select(i => keys.FindAsync($"forged-{i}", realm.Now, Cancelled, crowd).AsTask()).ToArray();

        var beyond = keys.FindAsync("new", realm.Now, Cancelled, crowd);
        var search = keys.FindAsync("new", realm.Now, Cancelled, other).AsTask();

        Assert.True((await beyond).IsUnavailable);
        realm.Rotate(TestKey.Ec("one"), TestKey.Ec("new"));
        realm.Time.Advance(Cooldown);
        Assert.True((await search).IsFound(out _));
        Assert.All(await Task.WhenAll(waiting), unknown => Assert.True(unknown.IsUnknown));
        Assert.Equal(0, keys.Waiters);
    }

    [Fact]
    public async Task Callers_that_cancel_make_room_for_others()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        realm.Settings = realm.Settings with { MaximumWaiters = 1 };
        using var keys = await realm.OpenReadAsync();
        await keys.FindAsync("forged", realm.Now, Cancelled);
        using var impatient = new CancellationTokenSource();
        var first = keys.FindAsync("a", realm.Now, impatient.Token).AsTask();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        var second = keys.FindAsync("b", realm.Now, Cancelled).AsTask();

        Assert.False(second.IsCompleted);
        realm.Time.Advance(Cooldown);
        Assert.True((await second).IsUnknown);
    }

    [Fact]
    public async Task A_regular_refresh_before_the_end_of_the_cooldown_completes_the_waiting_callers()
    {
        var realm = new RealmStub(TestKey.Ec("old"));
        realm.Settings = realm.Settings with { UnknownKeyCooldown = TimeSpan.FromMinutes(20) };
        using var keys = await realm.OpenReadAsync();
        await keys.FindAsync("forged", realm.Now, Cancelled);
        realm.Rotate(TestKey.Ec("new"), TestKey.Ec("old"));
        var search = keys.FindAsync("new", realm.Now, Cancelled).AsTask();
        realm.Time.Advance(TimeSpan.FromMinutes(6));
        Assert.False(search.IsCompleted);

        Assert.True(keys.TryFind("old"u8, out _));

        Assert.True((await search).IsFound(out _));
        Assert.Equal(3, realm.Fetches);
    }
}
