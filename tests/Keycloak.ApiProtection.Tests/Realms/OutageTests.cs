using System.Net;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Tests.Realms;

public sealed class OutageTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keycloak_absent_at_start_then_present_is_found_within_two_seconds()
    {
        var realm = new FakeRealm(TestKey.Ec("one"));
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

        // A minute of it: neither a flood nor a silence.
        Assert.InRange(realm.Requests, 30, 60);
        realm.ComeUp();
        realm.Time.Advance(TimeSpan.FromSeconds(2));
        await keys.Settled;

        Assert.True(keys.TryFind("one"u8, out _));
        Assert.Equal(1, realm.Log.Count("RealmKeysUnavailable"));
        Assert.Equal(1, realm.Log.Count("RealmRecovered"));
    }

    [Fact]
    public async Task Without_keys_nobody_waits_between_two_tries_and_nobody_asks()
    {
        var realm = new FakeRealm(TestKey.Ec("one"));
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
    public async Task Without_a_prefetch_the_first_request_starts_the_tries()
    {
        var realm = new FakeRealm(TestKey.Ec("one"));
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
    public async Task Old_keys_serve_while_Keycloak_is_down_and_not_for_ever()
    {
        var realm = new FakeRealm(TestKey.Ec("one"));
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
        realm.Time.Advance(TimeSpan.FromHours(1));
        await keys.Settled;

        Assert.True(key.Retired);
        Assert.False(keys.StillServes(key));
        Assert.False(keys.TryFind("one"u8, out _));
        Assert.True((await keys.FindAsync("one", realm.Now, Cancelled)).IsUnavailable);
        Assert.Equal(1, realm.Log.Count("RealmKeysExpired"));
        Assert.Equal(1, realm.Log.Count("RealmRefreshFailed"));
        Assert.Equal(1, realm.Log.Count("RealmKeysUnavailable"));

        realm.ComeUp();
        realm.Time.Advance(TimeSpan.FromSeconds(2));
        await keys.Settled;
        Assert.True(keys.TryFind("one"u8, out var young));
        Assert.False(young.Retired);
    }

    [Fact]
    public async Task While_old_keys_serve_the_tries_become_rare_and_requests_do_not_wait_for_them()
    {
        var realm = new FakeRealm(TestKey.Ec("one"));
        using var keys = await realm.OpenReadAsync();
        realm.GoDown();
        var before = realm.Requests;

        for (var second = 0; second < 3600; second++)
        {
            realm.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.True(keys.TryFind("one"u8, out _));
            await keys.Settled;
        }

        // 55 minutes at one in 24 to 36 s, and the faster first ones.
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
    public async Task After_an_idle_time_old_keys_serve_only_once_Keycloak_has_been_asked_in_vain()
    {
        var realm = new FakeRealm(TestKey.Ec("one"));
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
    public async Task An_unknown_key_during_an_outage_is_no_refusal_unless_the_token_is_older_than_the_keys()
    {
        var realm = new FakeRealm(TestKey.Ec("one"));
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

        // After the cooldown Keycloak is asked, in vain: what is known of the old token has not changed.
        realm.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True((await keys.FindAsync("gone", read.AddMinutes(-2), Cancelled)).IsUnknown);
        Assert.Equal(4, realm.Requests);
    }

    [Fact]
    public async Task A_flood_during_an_outage_costs_one_request_a_cooldown()
    {
        var realm = new FakeRealm(TestKey.Ec("one"));
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
    public async Task A_document_that_takes_too_long_is_given_up()
    {
        var realm = new FakeRealm(TestKey.Ec("one"));
        using var keys = realm.Open();
        realm.Hold();
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
    public async Task Each_cause_is_reported_once_and_again_after_it_was_mended()
    {
        var realm = new FakeRealm(TestKey.Ec("one"));
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
        Assert.All(realm.Log.Entries.Where(entry => entry.Event == "RealmRefreshFailed"), entry => Assert.Equal(LogLevel.Warning, entry.Level));

        async Task FailAsync(HttpStatusCode status, int times)
        {
            realm.Instead = _ => FakeRealm.Answer("", status);

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
    public async Task A_handler_of_the_application_that_throws_what_it_likes_is_an_outage_like_any_other()
    {
        var realm = new FakeRealm(TestKey.Ec("one")) { Instead = _ => throw new InvalidOperationException("a defect\r\nof theirs") };
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
