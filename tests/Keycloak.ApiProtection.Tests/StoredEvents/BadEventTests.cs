using System.Text.Json.Nodes;
using Keycloak.ApiProtection.StoredEvents;
using Keycloak.ApiProtection.Tests.Realms;

namespace Keycloak.ApiProtection.Tests.StoredEvents;

/// <summary>Events can contain anything. None of them ends the feed, and the events beside them take effect.</summary>
public sealed class BadEventTests
{
    public static TheoryData<string> Events =>
    [
        "null", "1", "\"text\"", "[]", "{}",
        """{"id":"1"}""",
        """{"id":"1","time":"now","type":"LOGOUT","sessionId":"s"}""",
        """{"id":"1","time":1.5,"type":"LOGOUT","sessionId":"s"}""",
        """{"id":"1","time":-1,"type":"LOGOUT","sessionId":"s"}""",
        """{"id":"1","time":99999999999999999,"type":"LOGOUT","sessionId":"s"}""",
        """{"id":"1","time":1e400,"type":"LOGOUT","sessionId":"s"}""",
        """{"id":"1","time":1795264800000}""",
        """{"id":"1","time":1795264800000,"type":7}""",
        """{"id":"1","time":1795264800000,"type":"LOGOUT","details":"none","sessionId":{}}""",
        """{"id":{},"time":1795264800000,"type":"REVOKE_GRANT","details":[]}""",
        """{"id":"1","time":1795264800000,"type":"LOGOUT","sessionId":"\ud800"}""",
        """{"id":"1","time":1795264800000,"type":"NEW_IN_KEYCLOAK_99","sessionId":"s"}""",
    ];

    [Theory]
    [MemberData(nameof(Events))]
    public async Task An_event_that_is_not_one_is_skipped(string bad)
    {
        await using var realm = await EventStoreRealm.StartAsync();
        var good = $$"""{"id":"2","time":1795264800000,"type":"LOGOUT","sessionId":"session-1"}""";
        realm.Time.SetWallClock(DateTimeOffset.FromUnixTimeMilliseconds(1795264800000));
        realm.Instead = request => request.RequestUri!.AbsolutePath.EndsWith("/events", StringComparison.Ordinal)
            ? Responses.Of($"[{bad},{good}]")
            : null;

        await realm.PollAsync();

        Assert.Null(realm.Feed.State.Problem);
        Assert.Equal("session-1", Assert.Single(realm.Effects).Id);
    }

    [Theory]
    [InlineData("LOGOUT", null)]
    [InlineData("REVOKE_GRANT", null)]
    [InlineData("DELETE_ACCOUNT", null)]
    [InlineData("DELETE USER_SESSION", "sessions")]
    [InlineData("DELETE USER_SESSION", "sessions/a/b")]
    [InlineData("DELETE USER", "")]
    public async Task An_event_that_does_not_say_which_tokens_it_concerns_is_reported(string type, string? path)
    {
        await using var realm = await EventStoreRealm.StartAsync();
        if (path is null)
        {
            realm.Happened(type);
        }
        else
        {
            realm.Administered(type.Split(' ')[0], type.Split(' ')[1], path);
        }

        await realm.PollAsync();
        await realm.PollAsync();

        Assert.Empty(realm.Effects);
        Assert.Equal(1, realm.Realm.Log.Count("StoredEventUnreadable"));
        Assert.Contains(type, realm.Realm.Log.Text("StoredEventUnreadable"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_that_is_too_long_is_not_read()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        realm.Happened("LOGOUT", new JsonObject { ["sessionId"] = new string('s', StoredEvent.LongestText) });
        realm.Happened("LOGOUT", new JsonObject { ["sessionId"] = new string('s', StoredEvent.LongestText + 1) });
        var disabled = $$"""{"enabled":false,"attributes":"{{new string('x', StoredEvent.LongestRepresentation)}}"}""";
        realm.Administered("UPDATE", "USER", "users/user-1", disabled);

        await realm.PollAsync();

        Assert.Equal([RevocationKind.Session, RevocationKind.RecheckUser], realm.Effects.Select(effect => effect.Kind));
        Assert.Equal(1, realm.Realm.Log.Count("StoredEventUnreadable"));
    }

    [Fact]
    public async Task An_event_without_an_id_has_an_effect_once()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        realm.Administered("DELETE", "GROUP", "groups/1").Remove("id");

        await realm.PollAsync();
        await realm.PollAsync();

        Assert.Single(realm.Effects);
    }

    [Fact]
    public async Task An_event_of_another_realm_is_ignored()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        LogOut(realm, "session-1");
        await realm.PollAsync();
        LogOut(realm, "session-2");
        LogOut(realm, "foreign", realmId: "other");

        await realm.PollAsync();

        Assert.Equal(["session-1", "session-2"], realm.Effects.Select(effect => effect.Id));
    }

    [Fact]
    public async Task After_the_realm_was_created_again_its_events_count_and_nothing_that_was_skipped_is_trusted()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        LogOut(realm, "session-1");
        await realm.PollAsync();
        LogOut(realm, "skipped", realmId: "new");
        await realm.PollAsync();
        LogOut(realm, "session-2", realmId: "new");

        await realm.PollAsync();

        Assert.Equal(
            [(RevocationKind.Session, "session-1"), (RevocationKind.RecheckAll, null), (RevocationKind.Session, "session-2")],
            realm.Effects.Select(effect => (effect.Kind, effect.Id)));
    }

    private static void LogOut(EventStoreRealm realm, string session, string realmId = EventStoreRealm.Id) =>
        realm.Happened("LOGOUT", new JsonObject { ["sessionId"] = session, ["realmId"] = realmId });
}
