using System.Net;
using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection.Tests.Realms;

public sealed class RotationTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_rotation_with_64_concurrent_requests_causes_one_fetch_and_no_rejection()
    {
        var realm = new RealmStub(TestKey.Ec("old"));
        using var keys = await realm.OpenReadAsync();
        realm.Time.Advance(TimeSpan.FromMinutes(1));
        realm.Rotate(TestKey.Ec("new"), TestKey.Ec("old"));
        using var start = new Barrier(64);

        var searches = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait(Cancelled);

                return keys.TryFind("new"u8, out var key)
                    ? Task.FromResult(KeySearch.Found(key))
                    : keys.FindAsync("new", realm.Now, Cancelled).AsTask();
            },
            Cancelled,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap()));

        Assert.All(searches, search => Assert.True(search.IsFound(out _)));
        Assert.Equal(2, realm.Fetches);
        Assert.Equal(1, realm.MostAtOnce);
        Assert.Equal(0, keys.Waiters);
    }

    [Fact]
    public async Task All_requests_wait_for_one_slow_response()
    {
        var realm = new RealmStub(TestKey.Ec("old"));
        using var keys = await realm.OpenReadAsync();
        realm.Rotate(TestKey.Ec("new"));
        realm.HoldResponses();

        var searches = Enumerable.Range(0, 64).Select(_ => keys.FindAsync("new", realm.Now, Cancelled).AsTask()).ToArray();
        Assert.Equal(64, keys.Waiters);
        realm.Release();

        Assert.All(await Task.WhenAll(searches), search => Assert.True(search.IsFound(out _)));
        Assert.Equal(2, realm.Fetches);
    }

    [Fact]
    public async Task A_key_that_is_added_while_a_refresh_is_in_progress_is_found_by_the_next_refresh()
    {
        // The refresh sent its request before the rotation. Its response does not contain the new key and must not cause a rejection.
        var realm = new RealmStub(TestKey.Ec("old"));
        using var keys = await realm.OpenReadAsync();
        realm.Time.Advance(TimeSpan.FromMinutes(6));
        realm.HoldResponses();
        Assert.True(keys.TryFind("old"u8, out _));
        await realm.ArrivedAsync(3);
        realm.Rotate(TestKey.Ec("new"));

        var search = keys.FindAsync("new", realm.Now, Cancelled).AsTask();
        realm.Release();

        Assert.True((await search).IsFound(out _));
        Assert.Equal(3, realm.Fetches);
    }

    [Fact]
    public async Task An_unchanged_key_keeps_its_object_after_a_refresh()
    {
        var one = TestKey.Ec("one");
        var realm = new RealmStub(one);
        using var keys = await realm.OpenReadAsync();
        Assert.True(keys.TryFind("one"u8, out var before));

        realm.Rotate(TestKey.Ec("two"), one);
        await keys.FindAsync("two", realm.Now, Cancelled);

        Assert.True(keys.TryFind("one"u8, out var after));
        Assert.Same(before, after);
        Assert.False(before.Retired);
        Assert.True(keys.StillServes(before));
    }

    [Fact]
    public async Task Another_key_with_the_same_kid_replaces_the_old_key()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        using var keys = await realm.OpenReadAsync();
        Assert.True(keys.TryFind("one"u8, out var before));

        realm.Rotate(TestKey.Ec("one"), TestKey.Ec("two"));
        await keys.FindAsync("two", realm.Now, Cancelled);

        Assert.True(keys.TryFind("one"u8, out var after));
        Assert.NotSame(before, after);
        Assert.True(before.Retired);
        Assert.False(after.Retired);
    }

    [Fact]
    public async Task The_same_numbers_with_another_algorithm_are_another_key()
    {
        var one = TestKey.Rsa("one", "RS256");
        var realm = new RealmStub(one);
        using var keys = await realm.OpenReadAsync();
        Assert.True(keys.TryFind("one"u8, out var before));

        realm.Rotate(TestKey.Rsa("one", "PS256"), TestKey.Ec("two"));
        await keys.FindAsync("two", realm.Now, Cancelled);

        Assert.True(before.Retired);
    }

    [Fact]
    public async Task A_removed_key_is_retired_by_the_next_refresh()
    {
        var kept = TestKey.Ec("kept");
        var realm = new RealmStub(kept, TestKey.Ec("removed"));
        using var keys = await realm.OpenReadAsync();
        Assert.True(keys.TryFind("removed"u8, out var key));
        realm.Rotate(kept);
        realm.Time.Advance(TimeSpan.FromMinutes(6));

        // A refresh is due: this request still uses the key and starts the refresh.
        Assert.True(keys.StillServes(key));
        await keys.Settled;

        Assert.True(key.Retired);
        Assert.False(keys.StillServes(key));
        Assert.False(keys.TryFind("removed"u8, out _));
        Assert.True(keys.TryFind("kept"u8, out _));
        Assert.Contains("removed: removed", realm.Log.Entries[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_refreshed_when_due_and_not_earlier()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        using var keys = await realm.OpenReadAsync();

        realm.Time.Advance(TimeSpan.FromMinutes(4.4));
        Assert.True(keys.TryFind("one"u8, out _));
        await keys.Settled;
        Assert.Equal(1, realm.Fetches);

        realm.Time.Advance(TimeSpan.FromMinutes(1.2));
        realm.HoldResponses();
        Assert.All(Enumerable.Range(0, 100), _ => Assert.True(keys.TryFind("one"u8, out var _)));
        realm.Release();
        await keys.Settled;
        Assert.Equal(2, realm.Fetches);
        Assert.Equal(1, realm.Discoveries);
    }

    [Fact]
    public async Task After_an_idle_period_a_removed_key_is_not_used_even_once()
    {
        var kept = TestKey.Ec("kept");
        var realm = new RealmStub(kept, TestKey.Ec("removed"));
        using var keys = await realm.OpenReadAsync();
        Assert.True(keys.TryFind("removed"u8, out var key));
        realm.Rotate(kept);
        realm.Time.Advance(TimeSpan.FromMinutes(11));

        Assert.False(keys.TryFind("removed"u8, out _));
        Assert.False(keys.StillServes(key));
        Assert.False(keys.TryFind("kept"u8, out _));
        Assert.Equal(1, realm.Fetches);
        Assert.True((await keys.FindAsync("removed", realm.Now, Cancelled)).IsUnknown);
        Assert.True((await keys.FindAsync("kept", realm.Now, Cancelled)).IsFound(out _));
        Assert.Equal(2, realm.Fetches);
    }

    [Fact]
    public async Task The_discovery_document_is_read_again_every_hour()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        using var keys = await realm.OpenReadAsync();

        for (var minutes = 0; minutes < 66; minutes += 6)
        {
            realm.Time.Advance(TimeSpan.FromMinutes(6));
            Assert.True(keys.TryFind("one"u8, out _));
            await keys.Settled;
        }

        Assert.Equal(2, realm.Discoveries);
        Assert.Equal(12, realm.Fetches);
    }

    [Fact]
    public async Task Keys_at_a_new_address_are_found_before_the_hourly_read_of_discovery()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        using var keys = await realm.OpenReadAsync();
        realm.Discovery["jwks_uri"] = RealmStub.Issuer + "/moved";
        realm.Instead = request => request.RequestUri!.AbsoluteUri == RealmStub.KeysAddress ? Responses.Of(
            "", HttpStatusCode.NotFound) : null;
        realm.Rotate(TestKey.Ec("two"));

        realm.Time.Advance(TimeSpan.FromMinutes(6));
        Assert.True(keys.TryFind("one"u8, out _));
        await keys.Settled;
        Assert.Equal("status", keys.Failure!.Code);
        realm.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(keys.TryFind("one"u8, out _));
        await keys.Settled;

        Assert.True(keys.TryFind("two"u8, out _));
    }

    [Theory]
    [InlineData(-3)]
    [InlineData(3)]
    public async Task Setting_the_wall_clock_changes_nothing(int hours)
    {
        var realm = new RealmStub(TestKey.Ec("old"));
        using var keys = await realm.OpenReadAsync();
        await keys.FindAsync("nobody", realm.Now, Cancelled);
        realm.Time.SetWallClock(realm.Now.AddHours(hours));
        realm.Rotate(TestKey.Ec("new"));

        // Within the cooldown, a token issued now is not older than the keys, whatever the clock showed when they were read.
        var search = keys.FindAsync("new", realm.Now, Cancelled).AsTask();
        Assert.False(search.IsCompleted);
        realm.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.True((await search).IsFound(out _));
        realm.Time.Advance(TimeSpan.FromMinutes(6));
        Assert.True(keys.TryFind("new"u8, out _));
        await keys.Settled;
        Assert.Equal(4, realm.Fetches);
    }
}
