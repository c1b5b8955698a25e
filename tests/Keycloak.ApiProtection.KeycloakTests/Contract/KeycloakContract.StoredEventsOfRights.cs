using System.Net;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.KeycloakTests.Api;
using Keycloak.ApiProtection.KeycloakTests.Clients;

namespace Keycloak.ApiProtection.KeycloakTests.Contract;

/// <content>Stored events of rights that were taken away.</content>
public abstract partial class KeycloakContract
{
    [Fact]
    public async Task After_a_client_role_is_taken_from_a_user_stored_events_let_the_API_ask_for_the_new_roles()
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        var (user, id) = await AddUserAsync("reader");
        var client = await ClientPathAsync("orders-api");
        var role = await _keycloak.Admin.GetAsync($"{client}/roles/reader", Cancellation);
        var path = $"{DemoRealm}/users/{id}/role-mappings/clients/{client.Split('/')[^1]}";
        await _keycloak.Admin.PostAsync(path, new JsonArray(role.DeepClone()), Cancellation);
        var tokens = await Client.PasswordAsync(DemoClient.Cli, user, Cancellation);
        var other = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);

        await MeasureEventAsync(
            api,
            tokens,
            "client role removed (403)",
            () => _keycloak.Admin.DeleteAsync(path, new JsonArray(role.DeepClone()), Cancellation),
            "/archive",
            HttpStatusCode.Forbidden);

        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(tokens.AccessToken, Cancellation));
        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(other.AccessToken, Cancellation, "/archive"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("orders-api")]
    public async Task After_a_role_is_deleted_stored_events_let_the_API_ask_for_the_new_roles(string? client)
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        var (user, id) = await AddUserAsync("manager");
        var container = client is null ? null : await ClientPathAsync(client);
        var roles = $"{container ?? DemoRealm}/roles";
        await _keycloak.Admin.PostAsync(roles, new JsonObject { ["name"] = user }, Cancellation);
        var role = await _keycloak.Admin.GetAsync($"{roles}/{user}", Cancellation);
        var admin = await _keycloak.Admin.GetAsync($"{DemoRealm}/roles/admin", Cancellation);
        await _keycloak.Admin.PostAsync($"{roles}/{user}/composites", new JsonArray(admin), Cancellation);
        await _keycloak.Admin.PostAsync(
            $"{DemoRealm}/users/{id}/role-mappings/{(container is null ? "realm" : $"clients/{container.Split('/')[^1]}")}",
            new JsonArray(role),
            Cancellation);

        await AssertAdminEndsAsync(
            api,
            user,
            client is null ? "role deleted (403)" : "client role deleted (403)",
            () => _keycloak.Admin.DeleteAsync($"{roles}/{user}", null, Cancellation));
    }

    [Fact]
    public async Task After_a_group_is_deleted_stored_events_let_the_API_ask_for_the_new_roles()
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        var (user, id) = await AddUserAsync("member");
        await _keycloak.Admin.PostAsync($"{DemoRealm}/groups", new JsonObject { ["name"] = user }, Cancellation);
        var found = await _keycloak.Admin.GetAsync($"{DemoRealm}/groups?exact=true&search={user}", Cancellation);
        var group = $"{DemoRealm}/groups/{(string)found[0]!["id"]!}";
        var admin = await _keycloak.Admin.GetAsync($"{DemoRealm}/roles/admin", Cancellation);
        await _keycloak.Admin.PostAsync($"{group}/role-mappings/realm", new JsonArray(admin), Cancellation);
        await _keycloak.Admin.PutAsync($"{DemoRealm}/users/{id}/groups/{group.Split('/')[^1]}", new JsonObject(), Cancellation);

        await AssertAdminEndsAsync(api, user, "group deleted (403)", () => _keycloak.Admin.DeleteAsync(group, null, Cancellation));
    }

    [Fact]
    public async Task After_a_user_leaves_an_organization_a_token_that_names_it_is_not_accepted_and_one_without_it_is()
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        var (user, id) = await AddUserAsync("staff");
        var found = await _keycloak.Admin.GetAsync($"{DemoRealm}/organizations?exact=true&search=acme", Cancellation);
        var members = $"{DemoRealm}/organizations/{(string)found[0]!["id"]!}/members";
        await _keycloak.Admin.PostAsync(members, JsonValue.Create(id), Cancellation);
        var tokens = await Client.PasswordAsync(DemoClient.Cli, user, Cancellation, "openid organization");
        Assert.True(tokens.AccessToken.Payload.TryGetProperty("organization", out _), $"{tokens.AccessToken}");
        var without = await Client.PasswordAsync(DemoClient.Cli, user, Cancellation);
        var other = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation, "openid organization");

        // Keycloak responds to the introspection of such a token with 400 "Failed to introspect token": neither active nor inactive.
        await MeasureEventAsync(
            api,
            tokens,
            "organization left (503)",
            () => _keycloak.Admin.DeleteAsync($"{members}/{id}", null, Cancellation),
            expected: HttpStatusCode.ServiceUnavailable);

        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(without.AccessToken, Cancellation));
        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(other.AccessToken, Cancellation));
    }

    [Fact]
    public async Task Without_representations_stored_events_let_the_API_ask_about_a_changed_user_and_reject_a_disabled_one()
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        var (changed, changedId) = await AddUserAsync("changed");
        var (disabled, _) = await AddUserAsync("disabled");
        var path = $"{DemoRealm}/users/{changedId}";
        var representation = await _keycloak.Admin.GetAsync(path, Cancellation);
        representation["lastName"] = "Changed";
        await _keycloak.Admin.PutAsync(DemoRealm, new JsonObject { ["adminEventsDetailsEnabled"] = false }, Cancellation);
        try
        {
            // Without a representation, the change of the realm concerns all tokens of that second.
            await TokenOfTheNextSecondAsync();
            var kept = await Client.PasswordAsync(DemoClient.Cli, changed, Cancellation);
            var tokens = await Client.PasswordAsync(DemoClient.Cli, disabled, Cancellation);
            Assert.Equal(HttpStatusCode.OK, await api.CallAsync(kept.AccessToken, Cancellation));

            await MeasureEventAsync(api, tokens, "user disabled, without representations", async () =>
            {
                await _keycloak.Admin.PutAsync(path, representation, Cancellation);
                await Realm.SetUserEnabledAsync(disabled, false, Cancellation);
            });

            Assert.Equal("inactive", api.LastRejection);
            Assert.Equal(HttpStatusCode.OK, await api.CallAsync(kept.AccessToken, Cancellation));
        }
        finally
        {
            await _keycloak.Admin.PutAsync(DemoRealm, new JsonObject { ["adminEventsDetailsEnabled"] = true }, Cancellation);
        }
    }

    /// <summary>Performs an act that takes the role <c>admin</c> from a user. The token keeps what else it allows.</summary>
    private async Task AssertAdminEndsAsync(ListeningApi api, string user, string act, Func<Task> acting)
    {
        var tokens = await Client.PasswordAsync(DemoClient.Cli, user, Cancellation);
        var other = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);

        await MeasureEventAsync(api, tokens, act, acting, "/admin", HttpStatusCode.Forbidden);

        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(tokens.AccessToken, Cancellation));
        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(other.AccessToken, Cancellation, "/admin"));
    }
}
