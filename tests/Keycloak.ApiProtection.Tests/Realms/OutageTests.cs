using System.Net;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Tests.Realms;

public sealed class OutageTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keycloak_that_is_unavailable_at_startup_is_found_within_two_seconds_of_becoming_available()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        realm.GoDown();
        using var keys = await realm.OpenReadAsync();

        for (var second = 0; second < 60; second++)
        {
            realm.Time.Advance(TimeSpan.FromSeconds(1));
            await keys.Settled;
            var search = await keys.FindAsync("one", realm.Now, Cancelled);
            Assert.True(search.IsUnavailable);
            Assert.InRange(search.RetryAfter, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        }

        // In one minute, neither too many requests nor too few.
        Assert.InRange(realm.Requests, 30, 60);
        realm.ComeUp();
        realm.Time.Advance(TimeSpan.FromSeconds(2));
        await keys.Settled;

        Assert.True(keys.TryFind("one"u8, out _));
        Assert.Equal(1, realm.Log.Count("RealmKeysUnavailable"));
        Assert.Equal(1, realm.Log.Count("RealmRecovered"));
    }

    [Fact]
    public async Task Without_keys_callers_between_two_attempts_get_a_response_immediately_and_send_no_request()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        realm.GoDown();
        using var keys = await realm.OpenReadAsync();
        var before = realm.Requests;

        for (var i = 0; i < 1000; i++)
        {
            var search = keys.FindAsync("one", realm.Now, Cancelled);
            Assert.True(search.IsCompleted);
            Assert.Equal(TimeSpan.FromSeconds(1), (await search).RetryAfter);
        }

        Assert.Equal(before, realm.Requests);
        Assert.Equal("unreachable", keys.Failure!.Code);
    }

    [Fact]
    public async Task Without_a_prefetch_the_first_request_starts_the_attempts()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        realm.GoDown();
        using var keys = realm.Open();
        Assert.Equal(0, realm.Time.ActiveTimers);

        Assert.True((await keys.FindAsync("one", realm.Now, Cancelled)).IsUnavailable);
        realm.ComeUp();
        realm.Time.Advance(TimeSpan.FromSeconds(2));
        await keys.Settled;

        Assert.True(keys.TryFind("one"u8, out _));
    }

    [Fact]
    public async Task Old_keys_remain_valid_while_Keycloak_is_unavailable()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        using var keys = await realm.OpenReadAsync();
        Assert.True(keys.TryFind("one"u8, out var key));
        realm.GoDown();

        for (var hour = 1; hour < 24; hour++)
        {
            realm.Time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMinutes(1));
            Assert.True((await keys.FindAsync("one", realm.Now, Cancelled)).IsFound(out var found));
            Assert.Same(key, found);
            realm.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.False(key.Retired);
        Assert.Equal(1, realm.Log.Count("RealmRefreshFailed"));
    }

    [Fact]
    public async Task Old_keys_do_not_remain_valid_indefinitely_and_are_read_again_when_Keycloak_is_back()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        using var keys = await realm.OpenReadAsync();
        Assert.True(keys.TryFind("one"u8, out var key));
        realm.GoDown();

        realm.Time.Advance(TimeSpan.FromHours(24));
        await keys.Settled;

        Assert.True(key.Retired);
        Assert.False(keys.StillServes(key));
        Assert.False(keys.TryFind("one"u8, out _));
        Assert.True((await keys.FindAsync("one", realm.Now, Cancelled)).IsUnavailable);
        Assert.Equal((1, 1), (realm.Log.Count("RealmKeysExpired"), realm.Log.Count("RealmKeysUnavailable")));

        realm.ComeUp();
        realm.Time.Advance(TimeSpan.FromSeconds(2));
        await keys.Settled;
        Assert.True(keys.TryFind("one"u8, out var young));
        Assert.False(young.Retired);
    }

    [Fact]
    public async Task While_old_keys_are_used_attempts_become_rare_and_requests_do_not_wait_for_them()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        using var keys = await realm.OpenReadAsync();
        realm.GoDown();
        var before = realm.Requests;

        for (var second = 0; second < 3600; second++)
        {
            realm.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.True(keys.TryFind("one"u8, out _));
            await keys.Settled;
        }

        // About 55 minutes with one attempt every 24 to 36 s, plus the more frequent first attempts.
        Assert.InRange(realm.Requests - before, 90, 150);
        realm.ComeUp();
        realm.Rotate(TestKey.Ec("two"));
        realm.Time.Advance(TimeSpan.FromSeconds(37));
        Assert.True(keys.TryFind("one"u8, out _));
        await keys.Settled;
        Assert.True(keys.TryFind("two"u8, out _));
        Assert.Equal(1, realm.Log.Count("RealmRecovered"));
    }

    [Fact]
    public async Task After_an_idle_period_old_keys_are_used_only_after_a_failed_request_to_Keycloak()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        using var keys = await realm.OpenReadAsync();
        realm.GoDown();
        realm.Time.Advance(TimeSpan.FromHours(3));
        var before = realm.Requests;

        Assert.False(keys.TryFind("one"u8, out _));
        Assert.True((await keys.FindAsync("one", realm.Now, Cancelled)).IsFound(out _));

        Assert.Equal(before + 1, realm.Requests);
        Assert.True(keys.TryFind("one"u8, out _));
    }

    [Fact]
    public async Task During_an_outage_an_unknown_key_is_undecided_unless_the_token_is_older_than_the_keys()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        using var keys = await realm.OpenReadAsync();
        var read = realm.Now;
        realm.GoDown();
        realm.Time.Advance(TimeSpan.FromMinutes(2));

        var young = await keys.FindAsync("new", realm.Now, Cancelled);

        Assert.True(young.IsUnavailable);
        Assert.Equal(TimeSpan.FromSeconds(5), young.RetryAfter);
        Assert.True((await keys.FindAsync("gone", read.AddMinutes(-2), Cancelled)).IsUnknown);
        Assert.True((await keys.FindAsync("one", realm.Now, Cancelled)).IsFound(out _));
        Assert.Equal(3, realm.Requests);

        // After the cooldown a request to Keycloak fails, but the result for the old token is still the same.
        realm.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True((await keys.FindAsync("gone", read.AddMinutes(-2), Cancelled)).IsUnknown);
        Assert.Equal(4, realm.Requests);
    }

    [Fact]
    public async Task Many_unknown_keys_during_an_outage_cause_one_request_per_cooldown()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        using var keys = await realm.OpenReadAsync();
        realm.GoDown();
        Assert.True((await keys.FindAsync("forged", realm.Now, Cancelled)).IsUnavailable);
        var before = realm.Requests;

        var flood = Enumerable.Range(0, 500).Select(i => keys.FindAsync($"forged-{i}", realm.Now, Cancelled).AsTask()).ToArray();
        realm.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.All(await Task.WhenAll(flood), search => Assert.True(search.IsUnavailable));
        Assert.Equal(before + 1, realm.Requests);
        Assert.True(keys.TryFind("one"u8, out _));
    }

    [Fact]
    public async Task A_document_that_takes_too_long_times_out()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        using var keys = realm.Open();
        realm.HoldResponses();
        var search = keys.FindAsync("one", realm.Now, Cancelled).AsTask();
        await realm.ArrivedAsync(1);

        realm.Time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(search.IsCompleted);
        realm.Time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.True((await search).IsUnavailable);
        Assert.Equal("timeout", keys.Failure!.Code);
        Assert.Contains("within 5 s", realm.Log.Text("RealmKeysUnavailable"), StringComparison.Ordinal);
        realm.Release();
        realm.Time.Advance(TimeSpan.FromSeconds(2));
        await keys.Settled;
        Assert.True(keys.TryFind("one"u8, out _));
    }

    [Fact]
    public async Task Each_cause_is_reported_once_and_again_after_a_recovery()
    {
        var realm = new RealmStub(TestKey.Ec("one"));
        using var keys = await realm.OpenReadAsync();
        await FailAsync(HttpStatusCode.BadGateway, times: 20);
        await FailAsync(HttpStatusCode.Forbidden, times: 20);
        Assert.Equal(2, realm.Log.Count("RealmRefreshFailed"));
        Assert.Equal(0, realm.Log.Count("RealmRecovered"));
        realm.ComeUp();
        await RefreshAsync();
        await RefreshAsync();
        Assert.Equal(1, realm.Log.Count("RealmRecovered"));
        await FailAsync(HttpStatusCode.BadGateway, times: 5);

        Assert.Equal(3, realm.Log.Count("RealmRefreshFailed"));
        Assert.All(
            realm.Log.Entries.Where(entry => entry.Event == "RealmRefreshFailed"), entry => Assert.Equal(LogLevel.Warning, entry.Level));

        async Task FailAsync(HttpStatusCode status, int times)
        {
            realm.Instead = _ => Responses.Of("", status);

            for (var i = 0; i < times; i++)
            {
                await RefreshAsync();
            }
        }

        async Task RefreshAsync()
        {
            realm.Time.Advance(TimeSpan.FromMinutes(6));
            Assert.True(keys.TryFind("one"u8, out _));
            await keys.Settled;
        }
    }

    [Fact]
    public async Task Any_exception_of_an_application_handler_is_treated_as_an_outage()
    {
        var realm = new RealmStub(TestKey.Ec("one")) { Instead = _ => throw new InvalidOperationException("a defect\r\nof theirs") };
        using var keys = realm.Open();

        Assert.True((await keys.FindAsync("one", realm.Now, Cancelled)).IsUnavailable);

        Assert.Equal("unexpected", keys.Failure!.Code);
        Assert.DoesNotContain('\n', keys.Failure.Reason);
        realm.ComeUp();
        realm.Time.Advance(TimeSpan.FromSeconds(2));
        await keys.Settled;
        Assert.True(keys.TryFind("one"u8, out _));
    }
}
