using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Tests.StoredEvents;

/// <summary>The log says what to change in the realm so that it stores what this API reads.</summary>
public sealed class EventSettingsTests
{
    public static TheoryData<string, string, string> Shortcomings => new()
    {
        { "eventsEnabled", "false", "User events settings: turn on 'Save events'" },
        { "adminEventsEnabled", "false", "Admin events settings: turn on 'Save events'" },
        { "adminEventsDetailsEnabled", "false", "turn on 'Include representation'" },
        {
            "enabledEventTypes",
            """["LOGOUT","REVOKE_GRANT","DELETE_ACCOUNT","USER_DISABLED_BY_PERMANENT_LOCKOUT"]""",
            "REFRESH_TOKEN_ERROR"
        },
        { "enabledEventTypes", "null", "LOGOUT, REVOKE_GRANT" },
        { "enabledEventTypes", """[1,{}]""", "LOGOUT, REVOKE_GRANT" },
        { "eventsExpiration", "0", "set 'Expiration', or the events fill the database" },
        { "eventsExpiration", "3599", "set 'Expiration' to at least 01:00:00" },
        { "eventsExpiration", "\"a\"", "set 'Expiration', or the events fill the database" },
    };

    [Theory]
    [MemberData(nameof(Shortcomings))]
    public async Task A_setting_that_is_missing_is_named_once(string setting, string value, string remedy)
    {
        await using var realm = await EventStoreRealm.StartAsync();
        realm.Settings[setting] = JsonNode.Parse(value);

        await realm.PollAsync();
        realm.Time.Advance(TimeSpan.FromMinutes(10));
        await realm.PollAsync();

        Assert.Null(realm.Feed.State.Problem);
        Assert.Equal(1, realm.Realm.Log.Count("StoredEventsIncomplete"));
        Assert.Contains(remedy, realm.Realm.Log.Text("StoredEventsIncomplete"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_all_settings_nothing_is_logged()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        realm.Settings["eventsExpiration"] = 3600;

        await realm.PollAsync();

        Assert.Equal(0, realm.Realm.Log.Count("StoredEventsIncomplete"));
    }

    [Fact]
    public async Task A_type_that_the_realm_stores_from_now_on_is_queried_within_ten_minutes()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        realm.Settings["enabledEventTypes"] = new JsonArray();
        await realm.PollAsync();
        Assert.Single(realm.Queries);

        realm.Settings["enabledEventTypes"] = new JsonArray("LOGOUT");
        realm.Time.Advance(TimeSpan.FromMinutes(10));
        await realm.PollAsync();

        Assert.Contains("type=LOGOUT&", realm.Queries[1].Query, StringComparison.Ordinal);
    }
}
