using System.Net;
using Keycloak.ApiProtection.KeycloakTests.Api;
using Keycloak.ApiProtection.KeycloakTests.Clients;

namespace Keycloak.ApiProtection.KeycloakTests.Contract;

/// <content>The events that Keycloak stores, and how soon an API that reads them rejects the token.</content>
public abstract partial class RealmContract
{
    [Fact]
    public async Task Stored_events_end_the_tokens_of_a_session_that_ended()
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        var other = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);

        var tokens = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
        await MeasureEventAsync(
            api,
            tokens,
            "logout endpoint with a refresh token",
            () => Client.LogoutAsync(DemoClient.Cli, tokens.RefreshToken.Compact, Cancellation));

        var ended = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
        await MeasureEventAsync(
            api, ended, "admin ends a session", () => Realm.EndSessionAsync(ended.AccessToken.Text("sid")!, Cancellation));

        var offline = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation, "openid offline_access");
        await MeasureEventAsync(
            api,
            offline,
            "revocation endpoint, offline token",
            () => Client.RevokeAsync(DemoClient.Cli, offline.RefreshToken.Compact, Cancellation));

        var refresh = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
        await MeasureEventAsync(
            api,
            refresh,
            "revocation endpoint, refresh token",
            () => Client.RevokeAsync(DemoClient.Cli, refresh.RefreshToken.Compact, Cancellation));

        var access = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
        var sibling = await Client.RefreshAsync(DemoClient.Cli, access.RefreshToken.Compact, Cancellation);
        await MeasureEventAsync(
            api,
            access,
            "revocation endpoint, access token",
            () => Client.RevokeAsync(DemoClient.Cli, access.AccessToken.Compact, Cancellation));

        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(sibling.AccessToken, Cancellation));
        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(other.AccessToken, Cancellation));
    }

    [Fact]
    public async Task Stored_events_end_the_tokens_of_a_user_who_was_logged_out_disabled_or_deleted()
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        var other = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);

        var offline = await Client.PasswordAsync(DemoClient.Cli, "bob", Cancellation, "openid offline_access");
        var online = await Client.PasswordAsync(DemoClient.Cli, "bob", Cancellation);
        await MeasureEventAsync(api, online, "admin logs a user out", () => Realm.LogOutUserAsync("bob", Cancellation));
        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(offline.AccessToken, Cancellation));

        var user = $"reader-{Guid.NewGuid():N}"[..20];
        await Realm.AddUserAsync(user, Cancellation);
        var disabled = await TokenAsync(user);
        await MeasureEventAsync(api, disabled, "user disabled", () => Realm.SetUserEnabledAsync(user, false, Cancellation));

        await Realm.SetUserEnabledAsync(user, true, Cancellation);
        var enabled = await TokenOfTheNextSecondAsync(user);
        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(enabled.AccessToken, Cancellation));
        await MeasureEventAsync(api, enabled, "user deleted", () => Realm.DeleteUserAsync(user, Cancellation));

        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(other.AccessToken, Cancellation));

        Task<TokenAnswer> TokenAsync(string name) => Client.PasswordAsync(DemoClient.Cli, name, Cancellation);

        async Task<TokenAnswer> TokenOfTheNextSecondAsync(string name)
        {
            var happened = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
            while (true)
            {
                var tokens = await TokenAsync(name);
                if (tokens.AccessToken.Number("iat") > happened)
                {
                    return tokens;
                }
            }
        }
    }

    [Fact]
    public async Task After_a_role_is_taken_away_stored_events_let_the_API_ask_for_the_new_roles()
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        await Realm.SetRealmRoleAsync("bob", "admin", true, Cancellation);
        var tokens = await Client.PasswordAsync(DemoClient.Cli, "bob", Cancellation);
        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(tokens.AccessToken, Cancellation, "/admin"));

        await MeasureEventAsync(
            api,
            tokens,
            "role removed (403)",
            () => Realm.SetRealmRoleAsync("bob", "admin", false, Cancellation),
            "/admin",
            HttpStatusCode.Forbidden);

        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(tokens.AccessToken, Cancellation));
    }

    [Fact]
    public async Task Stored_events_end_the_tokens_from_before_a_not_before_and_from_before_sign_out_all()
    {
        await using var api = await StartReadingApiAsync();
        if (api is null)
        {
            return;
        }

        try
        {
            var tokens = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
            await MeasureEventAsync(
                api,
                tokens,
                "client not-before",
                () => Realm.SetClientNotBeforeAsync("cli", tokens.AccessToken.Number("iat") + 1, Cancellation));
            await Realm.SetClientNotBeforeAsync("cli", 0, Cancellation);

            var younger = await TokenOfTheNextSecondAsync();
            Assert.Equal(HttpStatusCode.OK, await api.CallAsync(younger, Cancellation));
            var realm = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
            await MeasureEventAsync(
                api,
                realm,
                "realm not-before",
                () => Realm.SetNotBeforeAsync(realm.AccessToken.Number("iat") + 1, Cancellation));

            await TokenOfTheNextSecondAsync();
            var all = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
            await MeasureEventAsync(api, all, "realm \"sign out all\"", () => Realm.SignOutAllAsync(Cancellation));
        }
        finally
        {
            await Realm.SetClientNotBeforeAsync("cli", 0, Cancellation);
            await Realm.SetNotBeforeAsync(0, Cancellation);
        }
    }

    /// <summary>Starts an API that only reads stored events. Null if the server cannot filter them, which the API must say.</summary>
    private protected async Task<ListeningApi?> StartReadingApiAsync()
    {
        await Realm.StoreEventsAsync(Cancellation);
        var api = await ListeningApi.StartAsync(
            Realm.BaseAddress,
            Cancellation,
            ("credentials:secret", DemoClient.OrdersApi.Secret),
            ("Introspection", "Never"),
            ("Events:PollInterval", "00:00:01"));
        if (!Differences.FiltersEventsByTime)
        {
            await api.EventsAreNotReadAsync("version", Cancellation);
            await api.DisposeAsync();
            return null;
        }

        await api.EventsAreReadAsync(Cancellation);

        // The API also reads the events of the tests before, which may concern all tokens of that second.
        await TokenOfTheNextSecondAsync();
        return api;
    }

    private protected async Task MeasureEventAsync(
        ListeningApi api,
        TokenAnswer tokens,
        string act,
        Func<Task> acting,
        string path = "/orders",
        HttpStatusCode expected = HttpStatusCode.Unauthorized)
    {
        var time = await api.TimeToRefusalAsync(acting, tokens.AccessToken, Cancellation, path, expected);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Realm.GetType().Name} {Realm.Version}: stored events: {act}: rejected after {time.TotalMilliseconds:0} ms");
    }
}
