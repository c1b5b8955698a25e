using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keycloak.ApiProtection.Testing.Tests.Endpoints;

/// <summary>The stored events have the form that Keycloak 26.7.3 gives them, for each act that the realm supports.</summary>
public sealed class StoredEventsEndpointTests
{
    [Fact]
    public async Task What_users_and_clients_do_is_stored()
    {
        await using var realm = await StartAsync();
        using var caller = new RealmCaller(realm);
        var first = await caller.PasswordAsync("cli", "alice");
        var second = await caller.PasswordAsync("cli", "alice");
        await caller.RevokeAsync("cli", first.AccessToken);
        await caller.RevokeAsync("cli", first.RefreshToken);
        await caller.LogoutAsync("cli", second.RefreshToken);

        var stored = await EventsAsync(realm, "events?direction=asc");

        Assert.Equal(["REVOKE_GRANT", "REVOKE_GRANT", "LOGOUT"], stored.Select(one => (string)one["type"]!));
        Assert.All(stored, one => Assert.Equal(("cli", realm.UserId("alice")), ((string)one["clientId"]!, (string)one["userId"]!)));
        Assert.Equal(Claim(first.AccessToken, "jti"), (string?)stored[0]["details"]!["token_id"]);
        Assert.Null(stored[0]["sessionId"]);
        Assert.Equal(Claim(first.AccessToken, "sid"), (string?)stored[1]["sessionId"]);
        Assert.Equal(
            ("Refresh", "cli"),
            ((string)stored[1]["details"]!["refresh_token_type"]!, (string)stored[1]["details"]!["revoked_client"]!));
        Assert.Equal(Claim(second.AccessToken, "sid"), (string?)stored[2]["sessionId"]);
        Assert.Equal(
            ["id", "time", "realmId", "type", "clientId", "userId", "sessionId", "ipAddress", "details"],
            stored[2].Select(member => member.Key));
    }

    [Fact]
    public async Task What_administrators_do_is_stored()
    {
        await using var realm = await StartAsync();
        using var caller = new RealmCaller(realm);
        var session = Claim((await caller.PasswordAsync("cli", "alice")).AccessToken, "sid")!;
        var alice = realm.UserId("alice");
        realm.Sessions.End(session);
        realm.Sessions.End("no such session");
        realm.Sessions.LogOut("alice");
        realm.Sessions.WithdrawConsent("alice", "storefront");
        realm.Users.Disable("alice");
        realm.Users.UnassignRole("alice", "writer", "orders-api");
        realm.Users.UnassignRole("alice", "admin");
        realm.Users.Delete("alice");
        realm.Sessions.SetNotBefore(DateTimeOffset.UnixEpoch.AddSeconds(7));
        realm.Sessions.SetNotBefore(DateTimeOffset.UnixEpoch.AddSeconds(8), "cli");
        realm.Keys.Rotate(keepOldKeys: false);

        var stored = await EventsAsync(
            realm, "admin-events?operationTypes=UPDATE&operationTypes=DELETE&operationTypes=ACTION&direction=asc");

        Assert.Equal(
            [
                $"DELETE USER_SESSION sessions/{session} {{\"offline\":false}}",
                $"ACTION USER users/{alice}/logout ",
                $"ACTION USER users/{alice}/consents/storefront ",
                $"UPDATE USER users/{alice} {{\"id\":\"{alice}\",\"username\":\"alice\",\"enabled\":false,\"notBefore\":0}}",
                $"DELETE CLIENT_ROLE_MAPPING users/{alice}/role-mappings/clients/orders-api [{{\"name\":\"writer\",\"clientRole\":true}}]",
                $"DELETE REALM_ROLE_MAPPING users/{alice}/role-mappings/realm [{{\"name\":\"admin\",\"clientRole\":false}}]",
                $"DELETE USER users/{alice} {{\"id\":\"{alice}\",\"username\":\"alice\"}}",
                "UPDATE REALM  {\"realm\":\"demo\",\"notBefore\":7,\"enabled\":true}",
                "UPDATE CLIENT clients/cli {\"clientId\":\"cli\",\"enabled\":true,\"notBefore\":8}",
                "UPDATE COMPONENT components {\"providerType\":\"org.keycloak.keys.KeyProvider\"}",
            ],
            stored.Select(one =>
                $"{one["operationType"]} {one["resourceType"]} {Path(one)} {(string?)one["representation"]}"));

        static string Path(JsonObject one) =>
            (string?)one["resourceType"] == "COMPONENT" ? "components" : (string?)one["resourcePath"] ?? "";
    }

    [Fact]
    public async Task Sign_out_all_is_stored()
    {
        await using var realm = await StartAsync();
        realm.Sessions.SignOutAll();

        var stored = await EventsAsync(realm, "admin-events?operationTypes=ACTION");

        Assert.Equal("logout-all", (string?)Assert.Single(stored)["resourcePath"]);
    }

    [Fact]
    public async Task Events_are_filtered_and_ordered_as_by_Keycloak()
    {
        var clock = new TestClock();
        await using var realm = await StartAsync(clock);
        for (var i = 0; i < 3; i++)
        {
            realm.Sessions.LogOut("alice");
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        var all = await EventsAsync(realm, "admin-events?operationTypes=ACTION");
        var times = all.Select(one => (long)one["time"]!).ToArray();
        Assert.Equal(times.OrderDescending(), times);
        Assert.Equal(2, (await EventsAsync(realm, $"admin-events?operationTypes=ACTION&dateFrom={times[1]}")).Count);
        var oldest = await EventsAsync(realm, "admin-events?operationTypes=ACTION&direction=asc&max=1");
        Assert.Equal(times[^1], (long)Assert.Single(oldest)["time"]!);
        Assert.Equal(times[1], (long)(await EventsAsync(realm, "admin-events?operationTypes=ACTION&first=1&max=1"))[0]["time"]!);
        Assert.Empty(await EventsAsync(realm, "admin-events?dateFrom=2999-01-01"));
        Assert.Equal(HttpStatusCode.InternalServerError, (await SendAsync(realm, "events?type=LOGOUT&type=NOPE")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(realm, "events?dateFrom=2026-11-21T00:00:00Z")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(realm, "events?direction=sideways")).Status);
    }

    [Fact]
    public async Task Only_a_service_account_with_the_role_view_events_may_read_events()
    {
        await using var realm = await KeycloakRealm.StartAsync(
            new KeycloakRealmOptions { InMemory = true, Logger = NullLogger.Instance }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(realm, "events")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(realm, "events", token: "")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(realm, "events", realm.Token("alice").For("cli").Create())).Status);

        realm.Users.AssignRole("service-account-orders-api", "view-events", "realm-management");

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(realm, "events")).Status);
        var settings = JsonNode.Parse((await SendAsync(realm, "events/config")).Body)!;
        Assert.All(
            ["eventsEnabled", "adminEventsEnabled", "adminEventsDetailsEnabled"], name => Assert.True((bool)settings[name]!));
        Assert.Contains("REFRESH_TOKEN_ERROR", settings["enabledEventTypes"]!.AsArray().Select(type => (string)type!));
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(realm, "users")).Status);
    }

    private static async Task<KeycloakRealm> StartAsync(TimeProvider? clock = null)
    {
        var options = new KeycloakRealmOptions { InMemory = true, Logger = NullLogger.Instance };
        if (clock is not null)
        {
            options.TimeProvider = clock;
        }

        var realm = await KeycloakRealm.StartAsync(options, TestContext.Current.CancellationToken);
        realm.Users.AssignRole("service-account-orders-api", "view-events", "realm-management");
        return realm;
    }

    private static async Task<List<JsonObject>> EventsAsync(KeycloakRealm realm, string path)
    {
        var (status, body) = await SendAsync(realm, path);
        Assert.Equal(HttpStatusCode.OK, status);
        return [.. JsonNode.Parse(body)!.AsArray().Select(one => one!.AsObject())];
    }

    private static async Task<(HttpStatusCode Status, string Body)> SendAsync(KeycloakRealm realm, string path, string? token = null)
    {
        using var http = realm.CreateClient();
        using var request = new HttpRequestMessage(
            HttpMethod.Get, $"{realm.BaseAddress.AbsoluteUri.TrimEnd('/')}/admin/realms/demo/{path}");
        request.Headers.Authorization =
            new AuthenticationHeaderValue("Bearer", token ?? realm.TokenForServiceAccount("orders-api").Create());
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static string? Claim(string token, string name) => Decoded.Of(token)[name];
}
