using System.Net;
using Keycloak.ApiProtection.KeycloakTests.Api;
using Keycloak.ApiProtection.KeycloakTests.Clients;

namespace Keycloak.ApiProtection.KeycloakTests.Contract;

/// <content>The notifications that Keycloak sends to an API, and how soon the API rejects the token.</content>
public abstract partial class RealmContract
{
    [Fact]
    public async Task A_logout_reaches_the_API_and_ends_that_session_only()
    {
        await using var api = await StartListeningApiAsync();
        var first = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
        var second = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);

        await MeasureAsync(
            api,
            first,
            "logout endpoint with a refresh token",
            () => Client.LogoutAsync(DemoClient.Cli, first.RefreshToken.Compact, Cancellation));

        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(second.AccessToken, Cancellation));
    }

    [Fact]
    public async Task The_API_rejects_the_tokens_of_a_session_that_an_admin_ended()
    {
        await using var api = await StartListeningApiAsync();
        var ended = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
        var other = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);

        await MeasureAsync(api, ended, "admin ends a session", () => Realm.EndSessionAsync(ended.AccessToken.Text("sid")!, Cancellation));

        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(other.AccessToken, Cancellation));
    }

    [Fact]
    public async Task A_logout_notification_stays_effective_while_the_token_is_introspected_all_the_time()
    {
        // Keycloak 26 can restore a session that is introspected while it ends, and then its tokens are active again
        // (keycloak/keycloak issue 51127).
        await using var api = await StartListeningApiAsync(
            ("Introspection", "Always"), ("Introspection:Freshness", "00:00:00"), ("credentials:secret", "orders-api-secret"));
        var tokens = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var callers = Enumerable.Range(0, 4).Select(_ => CallOnAsync()).ToArray();

        await MeasureAsync(
            api,
            tokens,
            "logout endpoint, introspection on every request",
            () => Client.LogoutAsync(DemoClient.Cli, tokens.RefreshToken.Compact, Cancellation));

        // Within the next second, Keycloak could restore the session.
        var refused = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(refused) < TimeSpan.FromSeconds(1))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await api.CallAsync(tokens.AccessToken, Cancellation));
        }

        // Rejected because of the notification, not because of introspection.
        Assert.Equal("revoked", api.LastRejection);

        await stop.CancelAsync();
        await Task.WhenAll(callers);

        async Task CallOnAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                await api.CallAsync(tokens.AccessToken, Cancellation);
            }
        }
    }

    [Fact]
    public async Task A_lightweight_token_is_rejected_when_the_application_revokes_its_user_and_another_users_is_not()
    {
        await using var api = await StartListeningApiAsync(("credentials:secret", "orders-api-secret"));
        var regular = (await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation)).AccessToken;
        var lightweight = (await Client.PasswordAsync(DemoClient.Lightweight, "alice", Cancellation)).AccessToken;
        var other = (await Client.PasswordAsync(DemoClient.Lightweight, "bob", Cancellation)).AccessToken;
        Assert.Equal(Differences.HasBasicScope, lightweight.Text("sub") is null);
        foreach (var token in new[] { regular, lightweight, other })
        {
            Assert.Equal(HttpStatusCode.OK, await api.CallAsync(token, Cancellation));
        }

        api.Revocations.RevokeUser(regular.Text("sub")!);

        Assert.Equal(HttpStatusCode.Unauthorized, await api.CallAsync(regular, Cancellation));
        Assert.Equal(HttpStatusCode.Unauthorized, await api.CallAsync(lightweight, Cancellation));
        Assert.Equal("revoked", api.LastRejection);
        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(other, Cancellation));
    }

    [Fact]
    public async Task The_API_rejects_the_tokens_of_a_user_whom_an_admin_logged_out()
    {
        // Ends the sessions of other tests.
        await Realm.LogOutUserAsync("bob", Cancellation);
        await using var api = await StartListeningApiAsync();
        var first = await Client.PasswordAsync(DemoClient.Cli, "bob", Cancellation);
        var other = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);

        await MeasureAsync(api, first, "admin logs a user out", () => Realm.LogOutUserAsync("bob", Cancellation));

        Assert.Equal(HttpStatusCode.OK, await api.CallAsync(other.AccessToken, Cancellation));
    }

    [Fact]
    public async Task When_an_admin_logs_out_a_user_with_several_sessions_the_API_rejects_those_that_Keycloak_reports()
    {
        await Realm.LogOutUserAsync("bob", Cancellation);
        await using var api = await StartListeningApiAsync();
        var tokens = new[]
        {
            await Client.PasswordAsync(DemoClient.Cli, "bob", Cancellation),
            await Client.PasswordAsync(DemoClient.Cli, "bob", Cancellation)
        };

        await Realm.LogOutUserAsync("bob", Cancellation);

        var refused = 0;
        foreach (var token in tokens)
        {
            refused += await api.CallAsync(token.AccessToken, Cancellation) == HttpStatusCode.Unauthorized ? 1 : 0;
        }

        Assert.Equal(Differences.LogoutOfUserTellsOfEverySession ? 2 : 1, refused);
    }

    [Fact]
    public async Task Sign_out_all_is_pushed_to_the_API_and_tokens_of_a_new_login_are_accepted()
    {
        await using var api = await StartListeningApiAsync();
        var tokens = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
        try
        {
            await MeasureAsync(api, tokens, "realm \"sign out all\"", () => Realm.SignOutAllAsync(Cancellation));

            Assert.Equal(HttpStatusCode.OK, await api.CallAsync(await TokenOfTheNextSecondAsync(), Cancellation));
        }
        finally
        {
            await Realm.SetNotBeforeAsync(0, Cancellation);
        }
    }

    [Fact]
    public async Task The_realms_not_before_is_pushed_to_the_API_and_a_clients_push_of_0_does_not_reset_it()
    {
        await using var api = await StartListeningApiAsync();
        var tokens = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
        try
        {
            await Realm.SetNotBeforeAsync(tokens.AccessToken.Number("iat"), Cancellation);
            await MeasureAsync(api, tokens, "realm not-before + push", () => Realm.PushNotBeforeAsync(null, Cancellation));

            await Realm.PushNotBeforeAsync("orders-api", Cancellation);
            Assert.Equal(HttpStatusCode.Unauthorized, await api.CallAsync(tokens.AccessToken, Cancellation));
            Assert.Equal(HttpStatusCode.OK, await api.CallAsync(await TokenOfTheNextSecondAsync(), Cancellation));
        }
        finally
        {
            await Realm.SetNotBeforeAsync(0, Cancellation);
        }
    }

    [Fact]
    public async Task A_clients_not_before_is_pushed_to_the_API()
    {
        await using var api = await StartListeningApiAsync();
        var tokens = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
        await Realm.SetAdminUrlAsync("cli", api.AdminUrl, Cancellation);
        await Realm.SetClientNotBeforeAsync("cli", tokens.AccessToken.Number("iat"), Cancellation);
        try
        {
            await MeasureAsync(api, tokens, "client not-before + push", () => Realm.PushNotBeforeAsync("cli", Cancellation));

            Assert.Equal(HttpStatusCode.OK, await api.CallAsync(await TokenOfTheNextSecondAsync(), Cancellation));
        }
        finally
        {
            await Realm.SetClientNotBeforeAsync("cli", 0, Cancellation);
            await Realm.SetAdminUrlAsync("cli", null, Cancellation);
        }
    }

    /// <summary>Starts an API that receives the login client's back-channel logouts and the pushes to the API's own admin URL.</summary>
    private protected async Task<ListeningApi> StartListeningApiAsync(params (string Key, string? Value)[] settings)
    {
        var api = await ListeningApi.StartAsync(Realm.BaseAddress, Cancellation, settings);
        await Realm.SetBackchannelLogoutUrlAsync("cli", api.LogoutUrl, Cancellation);
        await Realm.SetAdminUrlAsync("orders-api", api.AdminUrl, Cancellation);
        return api;
    }

    private protected async Task MeasureAsync(ListeningApi api, TokenAnswer tokens, string act, Func<Task> acting)
    {
        var time = await api.TimeToRefusalAsync(acting, tokens.AccessToken, Cancellation);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Realm.GetType().Name} {Realm.Version}: {act}: rejected after {time.TotalMilliseconds:0} ms");
    }

    /// <summary>Gets a token that was issued after the current second, because Keycloak's times are in whole seconds.</summary>
    private protected async Task<Jwt> TokenOfTheNextSecondAsync()
    {
        var happened = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        while (true)
        {
            var token = (await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation)).AccessToken;
            if (token.Number("iat") > happened)
            {
                return token;
            }
        }
    }
}
