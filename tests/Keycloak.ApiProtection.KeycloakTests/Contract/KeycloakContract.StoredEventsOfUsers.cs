using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.KeycloakTests.Api;
using Keycloak.ApiProtection.KeycloakTests.Clients;

namespace Keycloak.ApiProtection.KeycloakTests.Contract;

/// <content>Stored events of what users do with their own account.</content>
public abstract partial class KeycloakContract
{
    [Fact]
    public async Task Stored_events_end_the_tokens_of_a_session_that_the_user_ended_in_the_account_console()
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        var (user, _) = await AddUserAsync("console");
        var kept = await Client.PasswordAsync(DemoClient.Cli, user, Cancellation);
        var ended = await Client.PasswordAsync(DemoClient.Cli, user, Cancellation);

        await MeasureEventAsync(
            api,
            ended,
            "account console ends a session",
            () => DeleteInAccountAsync($"sessions/{ended.AccessToken.Text("sid")}", kept));

        Assert.Equal("revoked", api.LastRejection);
        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(kept.AccessToken, Cancellation));
    }

    [Fact]
    public async Task Stored_events_end_the_tokens_of_all_other_sessions_after_the_user_signed_out_all_other_devices()
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        var (user, _) = await AddUserAsync("console");
        var kept = await Client.PasswordAsync(DemoClient.Cli, user, Cancellation);
        var first = await Client.PasswordAsync(DemoClient.Cli, user, Cancellation);
        var second = await Client.PasswordAsync(DemoClient.Cli, user, Cancellation);

        await MeasureEventAsync(
            api, first, "account console ends the other sessions", () => DeleteInAccountAsync("sessions?current=false", kept));
        await AssertSoonRejectedAsync(api, second);

        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(kept.AccessToken, Cancellation));
    }

    [Fact]
    public async Task Stored_events_end_the_tokens_of_the_client_whose_consent_the_user_withdrew()
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        var (user, _) = await AddUserAsync("consent");
        using var browser = new Browser(Client);
        var storefront = await browser.LogInAsync(DemoClient.Storefront, user, Cancellation);
        var spa = await browser.LogInAsync(DemoClient.Spa, user, Cancellation);
        var cli = await Client.PasswordAsync(DemoClient.Cli, user, Cancellation);

        await MeasureEventAsync(
            api,
            storefront,
            "consent withdrawn by the user",
            () => DeleteInAccountAsync("applications/storefront/consent", cli));

        Assert.Equal("inactive", api.LastRejection);
        Assert.Equal(storefront.AccessToken.Text("sid"), spa.AccessToken.Text("sid"));
        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(spa.AccessToken, Cancellation));
        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(cli.AccessToken, Cancellation));
    }

    [Fact]
    public async Task Stored_events_end_the_tokens_of_the_offline_session_that_the_user_withdrew_from_a_client()
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        var (user, _) = await AddUserAsync("offline");
        await Realm.SetRealmRoleAsync(user, "offline_access", true, Cancellation);
        var offline = await Client.PasswordAsync(DemoClient.Cli, user, Cancellation, "openid offline_access");
        var online = await Client.PasswordAsync(DemoClient.Cli, user, Cancellation);

        await MeasureEventAsync(
            api,
            offline,
            "offline session withdrawn by the user",
            () => DeleteInAccountAsync("applications/cli/consent", online));

        Assert.Equal("inactive", api.LastRejection);
        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(online.AccessToken, Cancellation));
    }

    [Fact]
    public async Task Stored_events_end_the_tokens_of_the_other_sessions_after_the_user_changed_the_password_and_signed_them_out()
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        var (user, _) = await AddUserAsync("password");
        using var browser = new Browser(Client);
        var kept = await browser.LogInAsync(DemoClient.Spa, user, Cancellation);
        var first = await Client.PasswordAsync(DemoClient.Cli, user, Cancellation);
        var second = await Client.PasswordAsync(DemoClient.Cli, user, Cancellation);

        await MeasureEventAsync(
            api,
            first,
            "password changed by the user",
            () => browser.ActAsync(DemoClient.Spa, user, "UPDATE_PASSWORD", Cancellation));
        await AssertSoonRejectedAsync(api, second);

        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(kept.AccessToken, Cancellation));
    }

    [Fact]
    public async Task Stored_events_end_the_tokens_of_a_user_who_deleted_the_own_account()
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        var (user, id) = await AddUserAsync("leaver");
        const string action = $"{DemoRealm}/authentication/required-actions/delete_account";
        var account = await ClientPathAsync("account");
        var role = await _keycloak.Admin.GetAsync($"{account}/roles/delete-account", Cancellation);
        await _keycloak.Admin.PostAsync(
            $"{DemoRealm}/users/{id}/role-mappings/clients/{account.Split('/')[^1]}", new JsonArray(role), Cancellation);
        var representation = await _keycloak.Admin.GetAsync(action, Cancellation);
        representation["enabled"] = true;
        await _keycloak.Admin.PutAsync(action, representation, Cancellation);
        try
        {
            using var browser = new Browser(Client);
            await browser.LogInAsync(DemoClient.Spa, user, Cancellation);
            var tokens = await Client.PasswordAsync(DemoClient.Cli, user, Cancellation);
            var other = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);

            await MeasureEventAsync(
                api, tokens, "user deletes the own account", () => browser.ActAsync(DemoClient.Spa, user, "delete_account", Cancellation));

            Assert.Equal(HttpStatusCode.OK, await api.CallAsync(other.AccessToken, Cancellation));
        }
        finally
        {
            representation["enabled"] = false;
            await _keycloak.Admin.PutAsync(action, representation, Cancellation);
        }
    }

    /// <summary>Waits until a token is rejected that another event of the same act ends.</summary>
    private static async Task AssertSoonRejectedAsync(ListeningApi api, TokenAnswer tokens)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        HttpStatusCode status;
        do
        {
            status = await api.CallAsync(tokens.AccessToken, patience.Token);
        }
        while (status == HttpStatusCode.OK);

        Assert.Equal(HttpStatusCode.Unauthorized, status);
    }

    /// <summary>Deletes something in the account console's API, with the user's own token.</summary>
    private async Task DeleteInAccountAsync(string path, TokenAnswer tokens)
    {
        var answer = await Client.SendAsync(HttpMethod.Delete, new Uri($"{Client.Issuer}/account/{path}"), null, Cancellation, request =>
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tokens.AccessToken.Compact);
            request.Headers.Accept.ParseAdd("application/json");
        });
        Assert.True(answer.Status == HttpStatusCode.NoContent, $"{answer}");
    }
}
