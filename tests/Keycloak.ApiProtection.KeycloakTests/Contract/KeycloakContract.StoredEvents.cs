using System.Net;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.KeycloakTests.Clients;

namespace Keycloak.ApiProtection.KeycloakTests.Contract;

/// <content>Stored events of acts that the embedded realm does not have.</content>
public abstract partial class KeycloakContract
{
    private const string DemoRealm = $"/admin/realms/{RealmClient.DemoRealm}";

    [Fact]
    public async Task Stored_events_end_the_tokens_of_an_offline_session_that_an_admin_ended()
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        var offline = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation, "openid offline_access");

        await MeasureEventAsync(
            api,
            offline,
            "admin ends an offline session",
            () => _keycloak.Admin.DeleteAsync(
                $"{DemoRealm}/sessions/{offline.AccessToken.Text("sid")}?isOffline=true", null, Cancellation));
    }

    [Fact]
    public async Task Stored_events_end_the_client_session_whose_refresh_token_was_used_twice()
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        await _keycloak.Admin.PutAsync(
            DemoRealm, new JsonObject { ["revokeRefreshToken"] = true, ["refreshTokenMaxReuse"] = 0 }, Cancellation);
        try
        {
            var tokens = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
            await Client.RefreshAsync(DemoClient.Cli, tokens.RefreshToken.Compact, Cancellation);

            await MeasureEventAsync(
                api,
                tokens,
                "refresh token used twice",
                () => Client.RefreshAsync(DemoClient.Cli, tokens.RefreshToken.Compact, Cancellation));
        }
        finally
        {
            await _keycloak.Admin.PutAsync(DemoRealm, new JsonObject { ["revokeRefreshToken"] = false }, Cancellation);
        }
    }

    [Fact]
    public async Task Stored_events_end_the_tokens_of_a_client_that_was_disabled_or_deleted()
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        var other = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
        foreach (var isDeleted in new[] { false, true })
        {
            var (client, path) = await AddClientAsync(null, "orders-api");
            var stored = await _keycloak.Admin.GetAsync(path, Cancellation);
            var tokens = await Client.PasswordAsync(client, "alice", Cancellation);
            stored["enabled"] = false;

            await MeasureEventAsync(
                api,
                tokens,
                isDeleted ? "client deleted" : "client disabled",
                () => isDeleted
                    ? _keycloak.Admin.DeleteAsync(path, null, Cancellation)
                    : _keycloak.Admin.PutAsync(path, stored, Cancellation));
        }

        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(other.AccessToken, Cancellation));
    }

    [Fact]
    public async Task Stored_events_let_the_API_ask_for_the_roles_after_a_group_was_left_and_a_composite_was_changed()
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        var admin = await _keycloak.Admin.GetAsync($"{DemoRealm}/roles/admin", Cancellation);
        var (user, id) = await AddUserAsync("member");

        await _keycloak.Admin.PostAsync($"{DemoRealm}/groups", new JsonObject { ["name"] = user }, Cancellation);
        var group = (string)(await _keycloak.Admin.GetAsync($"{DemoRealm}/groups?exact=true&search={user}", Cancellation))[0]!["id"]!;
        await _keycloak.Admin.PostAsync(
            $"{DemoRealm}/groups/{group}/role-mappings/realm", new JsonArray(admin.DeepClone()), Cancellation);
        await _keycloak.Admin.PutAsync($"{DemoRealm}/users/{id}/groups/{group}", new JsonObject(), Cancellation);
        await MeasureEventAsync(
            api,
            await Client.PasswordAsync(DemoClient.Cli, user, Cancellation),
            "group left (403)",
            () => _keycloak.Admin.DeleteAsync($"{DemoRealm}/users/{id}/groups/{group}", null, Cancellation),
            "/admin",
            HttpStatusCode.Forbidden);

        await _keycloak.Admin.PostAsync($"{DemoRealm}/roles", new JsonObject { ["name"] = user }, Cancellation);
        var role = await _keycloak.Admin.GetAsync($"{DemoRealm}/roles/{user}", Cancellation);
        var composites = $"{DemoRealm}/roles-by-id/{(string)role["id"]!}/composites";
        await _keycloak.Admin.PostAsync(composites, new JsonArray(admin.DeepClone()), Cancellation);
        await _keycloak.Admin.PostAsync($"{DemoRealm}/users/{id}/role-mappings/realm", new JsonArray(role), Cancellation);
        await MeasureEventAsync(
            api,
            await Client.PasswordAsync(DemoClient.Cli, user, Cancellation),
            "composite role changed (403)",
            () => _keycloak.Admin.DeleteAsync(composites, new JsonArray(admin.DeepClone()), Cancellation),
            "/admin",
            HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Stored_events_end_the_tokens_of_a_user_who_was_locked_out_permanently()
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        var user = $"locked-{Guid.NewGuid():N}"[..20];
        await Realm.AddUserAsync(user, Cancellation);
        var tokens = await Client.PasswordAsync(DemoClient.Cli, user, Cancellation);
        await _keycloak.Admin.PutAsync(
            DemoRealm,
            new JsonObject { ["bruteForceProtected"] = true, ["permanentLockout"] = true, ["failureFactor"] = 2 },
            Cancellation);
        try
        {
            await MeasureEventAsync(api, tokens, "user locked out", async () =>
            {
                for (var i = 0; i < 3; i++)
                {
                    await Client.TokenAsync(
                        [("client_id", "cli"), ("grant_type", "password"), ("username", user), ("password", "wrong")], Cancellation);
                }
            });
        }
        finally
        {
            await _keycloak.Admin.PutAsync(
                DemoRealm, new JsonObject { ["bruteForceProtected"] = false, ["permanentLockout"] = false }, Cancellation);
        }
    }

    [Fact]
    public async Task Stored_events_end_the_tokens_that_a_disabled_key_signed()
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        var key = await Realm.RotateKeyAsync("RS256", Cancellation);
        var tokens = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
        Assert.Equal(key, tokens.AccessToken.KeyId);

        await MeasureEventAsync(api, tokens, "key disabled", () => Realm.DisableKeyAsync(key, Cancellation));
    }
    /// <summary>Adds a user of its own for a test. Returns the name, which is the password, and the id.</summary>
    private async Task<(string Name, string Id)> AddUserAsync(string kind)
    {
        var user = $"{kind}-{Guid.NewGuid():N}"[..20];
        await Realm.AddUserAsync(user, Cancellation);
        var found = await _keycloak.Admin.GetAsync($"{DemoRealm}/users?exact=true&username={user}", Cancellation);
        return (user, (string)found[0]!["id"]!);
    }

    /// <summary>
    /// Adds a client of its own for a test. One with a secret may exchange tokens, also for refresh tokens. Returns it and its path in the
    /// admin API.
    /// </summary>
    private async Task<(DemoClient Client, string Path)> AddClientAsync(string? secret, params string[] audiences)
    {
        var client = $"temporary-{Guid.NewGuid():N}";
        var mappers = audiences.Select(audience => (JsonNode)new JsonObject
        {
            ["name"] = $"audience {audience}",
            ["protocol"] = "openid-connect",
            ["protocolMapper"] = "oidc-audience-mapper",
            ["config"] = new JsonObject { ["included.client.audience"] = audience, ["access.token.claim"] = "true" },
        });
        var representation = new JsonObject
        {
            ["clientId"] = client,
            ["publicClient"] = secret is null,
            ["secret"] = secret,
            ["directAccessGrantsEnabled"] = true,
            ["attributes"] = new JsonObject
            {
                ["standard.token.exchange.enabled"] = secret is null ? "false" : "true",
                ["standard.token.exchange.enableRefreshRequestedTokenType"] = secret is null ? "NO" : "SAME_SESSION",
            },
            ["protocolMappers"] = new JsonArray([.. mappers]),
        };
        await _keycloak.Admin.PostAsync($"{DemoRealm}/clients", representation, Cancellation);
        return (new DemoClient(client, secret), await ClientPathAsync(client));
    }

    private async Task<string> ClientPathAsync(string client)
    {
        var found = await _keycloak.Admin.GetAsync($"{DemoRealm}/clients?clientId={client}", Cancellation);
        return $"{DemoRealm}/clients/{(string)found[0]!["id"]!}";
    }
}
