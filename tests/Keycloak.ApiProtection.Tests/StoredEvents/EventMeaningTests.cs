using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Schemes;
using Keycloak.ApiProtection.Tests.Realms;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.StoredEvents;

/// <summary>What each event of Keycloak 26.7.3 means for tokens. The events are those that the server stored for these acts.</summary>
public sealed class EventMeaningTests
{
    private const string Reuse = "Maximum allowed refresh token reuse exceeded";
    private const string KeyProvider = """{"providerType":"org.keycloak.keys.KeyProvider","config":{"active":["false"]}}""";

    /// <summary>The type, the event's members, and the effect.</summary>
    public static TheoryData<string, string, string> UserEvents => new()
    {
        { "LOGOUT", """{"clientId":"spa","userId":"user-1","sessionId":"session-1"}""", "Session session-1" },
        { "LOGOUT", """{"clientId":"spa","userId":"user-1"}""", "RecheckUser user-1" },
        { "REVOKE_GRANT", """{"clientId":"spa","userId":"user-1","details":{"token_id":"onrtro:1"}}""", "Token onrtro:1" },
        {
            "REVOKE_GRANT",
            """{"clientId":"exchanger","userId":"user-1","details":{"token_id":"t","token_exchange_revoked_clients":"exchanger"}}""",
            "Token t, RecheckUser user-1 exchanger"
        },
        {
            "REVOKE_GRANT",
            """{"clientId":"exchanger","userId":"user-1","details":{"token_id":"t","token_exchange_revoked_clients":"a, b"}}""",
            "Token t, RecheckUser user-1"
        },
        {
            "REVOKE_GRANT",
            """{"clientId":"spa","userId":"user-1","sessionId":"session-1","details":{"revoked_client":"spa"}}""",
            "ClientSession session-1 spa"
        },
        {
            "REVOKE_GRANT",
            """
            {"clientId":"spa","userId":"user-1","sessionId":"session-1",
             "details":{"revoked_client":"spa","token_exchange_revoked_clients":"exchanger"}}
            """,
            "ClientSession session-1 spa, RecheckUser user-1 exchanger"
        },
        {
            "REVOKE_GRANT",
            """{"clientId":"account","userId":"user-1","details":{"revoked_client":"storefront"}}""",
            "RecheckUser user-1 storefront"
        },
        { "REVOKE_GRANT", """{"clientId":"account","userId":"user-1"}""", "RecheckUser user-1" },
        {
            "REFRESH_TOKEN_ERROR",
            $$$"""{"clientId":"cli","sessionId":"session-1","error":"invalid_token","details":{"reason":"{{{Reuse}}}"}}""",
            "ClientSession session-1 cli"
        },
        {
            "REFRESH_TOKEN_ERROR",
            """{"clientId":"cli","sessionId":"s","error":"invalid_token","details":{"reason":"Session doesn't have required client"}}""",
            ""
        },
        { "REFRESH_TOKEN_ERROR", """{"clientId":"cli","sessionId":"s","error":"invalid_token"}""", "" },
        { "USER_DISABLED_BY_PERMANENT_LOCKOUT", """{"userId":"user-1"}""", "User user-1" },
        { "DELETE_ACCOUNT", """{"userId":"user-1"}""", "User user-1" },
    };

    /// <summary>The operation and the resource, the path, the representation, and the effect.</summary>
    public static TheoryData<string, string?, string?, string> AdminEvents => new()
    {
        { "DELETE USER_SESSION", "sessions/session-1", """{"offline":false}""", "Session session-1" },
        { "DELETE USER_SESSION", "sessions/session-1", null, "Session session-1" },
        { "ACTION USER", "users/user-1/logout", null, "User user-1 (online)" },
        { "ACTION USER", "users/user-1/consents/storefront", null, "RecheckUser user-1 storefront" },
        { "ACTION USER", "users/user-1/consents/a%2Fb", null, "RecheckUser user-1" },
        { "ACTION USER", "users/user-1/consents/a/b", null, "RecheckUser user-1" },
        { "ACTION USER", "users/user-1/reset-password", null, "" },
        { "UPDATE USER", "users/user-1", """{"id":"user-1","enabled":false}""", "User user-1" },
        { "UPDATE USER", "users/user-1", """{"id":"user-1","enabled":true}""", "" },
        { "UPDATE USER", "users/user-1", null, "RecheckUser user-1" },
        { "UPDATE USER", "users/user-1", "[1,2]", "RecheckUser user-1" },
        { "UPDATE USER", "users/user-1", "{\"enabled\":", "RecheckUser user-1" },
        { "UPDATE USER", "users/user-1", """{"enabled":"false"}""", "RecheckUser user-1" },
        { "DELETE USER", "users/user-1", """{"id":"user-1"}""", "User user-1 +30 s" },
        { "DELETE REALM_ROLE_MAPPING", "users/user-1/role-mappings/realm", "[]", "RecheckUser user-1" },
        { "DELETE CLIENT_ROLE_MAPPING", "users/user-1/role-mappings/clients/1", null, "RecheckUser user-1" },
        { "DELETE REALM_ROLE_MAPPING", "groups/1/role-mappings/realm", "[]", "RecheckAll" },
        { "DELETE GROUP_MEMBERSHIP", "users/user-1/groups/1", "{}", "RecheckUser user-1" },
        { "DELETE ORGANIZATION_MEMBERSHIP", "organizations/1/members/user-1", "{}", "RecheckUser user-1" },
        { "DELETE REALM_ROLE", "roles/temp", "{}", "RecheckAll" },
        { "DELETE REALM_ROLE", "roles-by-id/1/composites", "[]", "RecheckAll" },
        { "DELETE CLIENT_ROLE", "clients/1/roles/temp", "{}", "RecheckAll" },
        { "DELETE GROUP", "groups/1", "{}", "RecheckAll" },
        { "UPDATE CLIENT", "clients/1", """{"clientId":"cli","enabled":false,"notBefore":0}""", "Client cli" },
        { "UPDATE CLIENT", "clients/1", """{"clientId":"cli","enabled":true,"notBefore":0}""", "" },
        { "UPDATE CLIENT", "clients/1", """{"description":"another"}""", "" },
        { "UPDATE CLIENT", "clients/1", """{"enabled":false}""", "RecheckAll" },
        { "UPDATE CLIENT", "clients/1", null, "RecheckAll" },
        { "UPDATE CLIENT", "clients/1/default-client-scopes", null, "" },
        { "ACTION CLIENT", "clients/1/client-secret", null, "" },
        { "DELETE CLIENT", "clients/1", """{"id":"1","clientId":"cli"}""", "Client cli +30 s" },
        { "DELETE CLIENT", "clients/1", null, "RecheckAll" },
        { "UPDATE REALM", null, """{"realm":"demo","notBefore":0,"enabled":true}""", "" },
        { "UPDATE REALM", null, """{"realm":"demo","notBefore":0,"enabled":false}""", "RecheckAll" },
        { "UPDATE REALM", null, null, "RecheckAll" },
        { "UPDATE REALM", "events/config", "{}", "" },
        { "ACTION REALM", "logout-all", "{}", "Realm" },
        { "ACTION REALM", "push-revocation", "{}", "" },
        { "DELETE USER_LOGIN_FAILURE", "attack-detection/brute-force/users/1", null, "" },
        { "UPDATE COMPONENT", "components/1", KeyProvider, "" },
    };

    [Theory]
    [MemberData(nameof(UserEvents))]
    public async Task A_user_event_has_the_measured_effect(string type, string members, string effect)
    {
        await using var realm = await EventStoreRealm.StartAsync();
        var before = realm.Realm.Now;
        realm.Happened(type, JsonNode.Parse(members)!.AsObject());
        realm.Time.Advance(TimeSpan.FromSeconds(1));

        await realm.PollAsync();

        Assert.Equal(effect, Effects(realm, before));
    }

    [Theory]
    [MemberData(nameof(AdminEvents))]
    public async Task An_admin_event_has_the_measured_effect(string type, string? path, string? representation, string effect)
    {
        await using var realm = await EventStoreRealm.StartAsync();
        var before = realm.Realm.Now;
        realm.Administered(type.Split(' ')[0], type.Split(' ')[1], path, representation);
        realm.Time.Advance(TimeSpan.FromSeconds(1));

        await realm.PollAsync();

        Assert.Equal(effect, Effects(realm, before));
    }

    [Theory]
    [InlineData("REALM", null, RevocationKind.Realm)]
    [InlineData("CLIENT", "clients/1", RevocationKind.Client)]
    public async Task A_not_before_covers_tokens_that_were_issued_before_its_second(string resource, string? path, RevocationKind kind)
    {
        await using var realm = await EventStoreRealm.StartAsync();
        var notBefore = realm.Realm.Now.AddMinutes(-5);
        realm.Administered(
            "UPDATE",
            resource,
            path,
            $$"""{"clientId":"cli","enabled":true,"notBefore":{{notBefore.ToUnixTimeSeconds()}}}""");

        await realm.PollAsync();

        var effect = Assert.Single(realm.Effects);
        Assert.Equal((kind, notBefore.AddSeconds(-1)), (effect.Kind, effect.IssuedUntil));
    }

    [Fact]
    public async Task A_not_before_in_the_future_rejects_only_tokens_that_exist()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        realm.Administered("UPDATE", "REALM", null, """{"notBefore":99999999999}""");

        await realm.PollAsync();

        Assert.Equal(realm.Realm.Now.AddSeconds(30), Assert.Single(realm.Effects).IssuedUntil);
    }

    [Fact]
    public async Task A_failed_request_of_an_administrator_has_no_effect()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        realm.Administered("DELETE", "USER", "users/user-1")["error"] = "not allowed";

        await realm.PollAsync();

        Assert.Empty(realm.Effects);
    }

    [Fact]
    public async Task When_a_key_was_disabled_the_keys_are_read_again()
    {
        await using var realm = await EventStoreRealm.StartAsync();
        var reads = 0;
        realm.Instead = request =>
        {
            reads += request.RequestUri!.AbsoluteUri == DemoRealm.Issuer + "/protocol/openid-connect/certs" ? 1 : 0;
            return null;
        };
        var keys = realm.App.Services.GetRequiredService<KeycloakSchemes>().Get("Keycloak").Keys;
        await keys.Settled;
        var before = reads;
        realm.Administered("UPDATE", "COMPONENT", "components/1", """{"providerType":"org.keycloak.storage.UserStorageProvider"}""");
        await realm.PollAsync();
        Assert.Equal(before, reads);

        realm.Administered("UPDATE", "COMPONENT", "components/1", KeyProvider);
        await realm.PollAsync();
        await keys.Settled;

        Assert.Equal(before + 1, reads);
    }

    private static string Effects(EventStoreRealm realm, DateTimeOffset at) => string.Join(", ", realm.Effects.Select(effect =>
    {
        Assert.Equal(RevocationSource.StoredEvent, effect.Source);
        var later = effect.IssuedUntil - at;
        return string.Join(
            ' ',
            new[]
            {
                effect.Kind.ToString(), effect.Id, effect.ClientId, effect.OnlineSessionsOnly ? "(online)" : null,
                later == TimeSpan.Zero ? null : $"+{later.TotalSeconds} s",
            }.OfType<string>());
    }));
}
