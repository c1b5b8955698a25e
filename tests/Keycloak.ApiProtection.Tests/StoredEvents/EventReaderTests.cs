using System.Net;
using System.Text.Json.Nodes;
using System.Web;
using Keycloak.ApiProtection.Tests.Realms;

namespace Keycloak.ApiProtection.Tests.StoredEvents;

public sealed class EventReaderTests
{
    [Fact]
    public async Task The_first_poll_reads_back_as_far_as_there_can_be_tokens()
    {
        await using var realm = await EventStoreRealm.StartAsync(options => options.Revocation.Lifetime = TimeSpan.FromMinutes(10));
        LogOut(realm, "expired", TimeSpan.FromMinutes(12));
        LogOut(realm, "known", TimeSpan.FromMinutes(10));
        var started = realm.Realm.Now;

        await realm.PollAsync();

        // The lifetime, the clock skew and the overlap, of 30 s each.
        Assert.Equal([started.AddMinutes(-11).ToUnixTimeMilliseconds(), started.AddMinutes(-11).ToUnixTimeMilliseconds()], From(realm));
        Assert.Equal(["known"], Sessions(realm));
    }

    [Fact]
    public async Task An_event_that_becomes_visible_late_is_read_and_no_event_has_an_effect_twice()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        LogOut(realm, "1");
        var change = realm.Administered("DELETE", "GROUP", "groups/1");
        await realm.PollAsync();
        realm.Time.Advance(TimeSpan.FromSeconds(20));
        LogOut(realm, "2");
        await realm.PollAsync();

        LogOut(realm, "late", TimeSpan.FromSeconds(29));
        LogOut(realm, "too late", TimeSpan.FromSeconds(31));
        await realm.PollAsync();
        await realm.PollAsync();

        Assert.Equal(["1", "RecheckAll", "2", "late"], Sessions(realm));
        Assert.NotNull(change);
    }

    [Fact]
    public async Task A_full_page_is_followed_by_the_next_one()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        for (var i = 0; i < 1201; i++)
        {
            LogOut(realm, $"{i}", TimeSpan.FromSeconds(2000 - i));
        }

        await realm.PollAsync();

        Assert.Equal(Enumerable.Range(0, 1201).Select(i => $"{i}"), Sessions(realm));
        Assert.Null(realm.Feed.State.Problem);

        // Each page begins with the last event of the one before: 500, 499, 202; then the admin events.
        Assert.Equal(4, realm.Queries.Count);
    }

    [Fact]
    public async Task Events_of_the_same_time_are_read_even_if_they_do_not_fit_into_a_page()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        LogOut(realm, "before", TimeSpan.FromSeconds(10));
        for (var i = 0; i < 1300; i++)
        {
            LogOut(realm, $"{i}", TimeSpan.FromSeconds(5));
        }

        LogOut(realm, "after");
        await realm.PollAsync();

        Assert.Equal(1302, Sessions(realm).Distinct().Count());
        Assert.Equal(1302, realm.Effects.Count);
        Assert.Equal(["500", "500", "2500"], realm.Queries.SkipLast(1).Select(query => HttpUtility.ParseQueryString(query.Query)["max"]!));
    }

    [Fact]
    public async Task A_page_that_is_too_large_is_read_in_smaller_ones()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        var representation = new string('x', 400_000);
        for (var i = 0; i < 60; i++)
        {
            realm.Administered("DELETE", "USER_SESSION", $"sessions/{i}", representation, TimeSpan.FromSeconds(100 - i));
        }

        await realm.PollAsync();

        Assert.Equal(Enumerable.Range(0, 60).Select(i => $"{i}"), Sessions(realm));
        Assert.Null(realm.Feed.State.Problem);
    }

    [Fact]
    public async Task After_a_failure_the_next_poll_continues_where_the_last_one_ended()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        LogOut(realm, "1", TimeSpan.FromSeconds(10));
        await realm.PollAsync();
        realm.Instead = request => request.RequestUri!.AbsolutePath.EndsWith("/events", StringComparison.Ordinal)
            ? Responses.Of("", HttpStatusCode.BadGateway)
            : null;
        LogOut(realm, "2");
        await realm.PollAsync();
        realm.Time.Advance(TimeSpan.FromMinutes(10));
        await realm.PollAsync();
        Assert.Equal(["1"], Sessions(realm));

        realm.Instead = null;
        await realm.PollAsync();

        Assert.Equal(["1", "2"], Sessions(realm));
    }

    [Fact]
    public async Task Only_types_that_the_realm_stores_are_queried_because_keycloak_rejects_unknown_ones()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        realm.Settings["enabledEventTypes"] = new JsonArray("LOGIN", "LOGOUT", "REVOKE_GRANT");

        await realm.PollAsync();

        Assert.Equal(["LOGOUT", "REVOKE_GRANT"], HttpUtility.ParseQueryString(realm.Queries[0].Query).GetValues("type")!);
        Assert.Equal(["UPDATE", "DELETE", "ACTION"], HttpUtility.ParseQueryString(realm.Queries[1].Query).GetValues("operationTypes")!);
    }

    [Fact]
    public async Task A_recheck_from_before_a_restart_concerns_only_tokens_that_can_still_exist()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        realm.Administered("DELETE", "GROUP", "groups/1", ago: TimeSpan.FromMinutes(61));
        await realm.PollAsync();
        Assert.Empty(realm.Effects);

        realm.Administered("DELETE", "GROUP", "groups/2", ago: TimeSpan.FromMinutes(59));
        await using var second = await EventStoreRealm.StartAsync();
        second.AdminEvents.AddRange(realm.AdminEvents);
        await second.PollAsync();
        Assert.Equal(second.Realm.Now.AddMinutes(-59), Assert.Single(second.Effects).IssuedUntil);
    }

    private static void LogOut(EventStoreRealm realm, string session, TimeSpan? ago = null) =>
        realm.Happened("LOGOUT", new JsonObject { ["sessionId"] = session, ["userId"] = "user-1" }, ago);

    private static IEnumerable<string> Sessions(EventStoreRealm realm) =>
        realm.Effects.Select(effect => effect.Id ?? effect.Kind.ToString());

    private static IEnumerable<long> From(EventStoreRealm realm) =>
        realm.Queries.Select(query => long.Parse(HttpUtility.ParseQueryString(query.Query)["dateFrom"]!));
}
