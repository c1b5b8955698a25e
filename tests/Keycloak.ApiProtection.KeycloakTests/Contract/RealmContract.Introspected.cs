using System.Buffers.Text;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.KeycloakTests.Api;
using Keycloak.ApiProtection.KeycloakTests.Clients;

namespace Keycloak.ApiProtection.KeycloakTests.Contract;

/// <summary>Events that end a token. An API that introspects it must reject it within the freshness.</summary>
public abstract partial class RealmContract
{
    private protected const int FreshnessMilliseconds = 1000;

    [Fact]
    public Task Introspection_rejects_a_token_after_logout_with_the_refresh_token() => RefusedWithinFreshnessAsync(
        "logout endpoint, refresh token",
        () => Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation),
        tokens => Client.LogoutAsync(DemoClient.Cli, tokens.RefreshToken.Compact, Cancellation));

    [Fact]
    public Task Introspection_rejects_a_token_after_the_refresh_token_was_revoked() => RefusedWithinFreshnessAsync(
        "revocation endpoint, refresh token",
        () => Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation),
        tokens => Client.RevokeAsync(DemoClient.Cli, tokens.RefreshToken.Compact, Cancellation));

    [Fact]
    public Task Introspection_rejects_a_token_after_the_offline_token_was_revoked() => RefusedWithinFreshnessAsync(
        "revocation endpoint, offline token",
        () => Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation, "openid offline_access"),
        tokens => Client.RevokeAsync(DemoClient.Cli, tokens.RefreshToken.Compact, Cancellation));

    [Fact]
    public Task Introspection_rejects_a_token_after_the_access_token_was_revoked() => RefusedWithinFreshnessAsync(
        "revocation endpoint, access token",
        () => Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation),
        tokens => Client.RevokeAsync(DemoClient.Cli, tokens.AccessToken.Compact, Cancellation));

    [Fact]
    public Task Introspection_rejects_a_token_after_an_admin_ended_the_session() => RefusedWithinFreshnessAsync(
        "admin ends the session",
        () => Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation),
        tokens => Realm.EndSessionAsync(tokens.AccessToken.Text("sid")!, Cancellation));

    [Fact]
    public Task Introspection_rejects_a_token_after_an_admin_logged_the_user_out() => RefusedWithinFreshnessAsync(
        "admin logs the user out",
        () => Client.PasswordAsync(DemoClient.Cli, "bob", Cancellation),
        _ => Realm.LogOutUserAsync("bob", Cancellation));

    [Fact]
    public Task Introspection_rejects_a_service_accounts_token_after_it_was_revoked() => RefusedWithinFreshnessAsync(
        "service account, access token revoked",
        () => Client.ClientCredentialsAsync(DemoClient.Batch, Cancellation),
        tokens => Client.RevokeAsync(DemoClient.Batch, tokens.AccessToken.Compact, Cancellation));

    [Fact]
    public Task Introspection_rejects_a_lightweight_token_after_logout() => RefusedWithinFreshnessAsync(
        "lightweight token, logout",
        () => Client.PasswordAsync(DemoClient.Lightweight, "alice", Cancellation),
        tokens => Client.LogoutAsync(DemoClient.Lightweight, tokens.RefreshToken.Compact, Cancellation));

    [Fact]
    public async Task Introspection_rejects_a_token_while_the_user_is_disabled_and_accepts_it_afterwards()
    {
        await using var api = await StartIntrospectingApiAsync();
        var token = (await Client.PasswordAsync(DemoClient.Cli, "bob", Cancellation)).AccessToken.Compact;
        Assert.Equal(200, (await api.CallAsync("GET /me", token, Cancellation)).Status);

        await Realm.SetUserEnabledAsync("bob", enabled: false, Cancellation);
        try
        {
            await UntilAsync(
                "user disabled",
                async () => (await api.CallAsync("GET /me", token, Cancellation)).Rejection == "inactive",
                FreshnessMilliseconds);
        }
        finally
        {
            await Realm.SetUserEnabledAsync("bob", enabled: true, Cancellation);
        }

        // A rejection is cached for at least 5 s.
        await UntilAsync("user enabled again (200)", async () => (await api.CallAsync("GET /me", token, Cancellation)).Status == 200, 5000);
    }

    [Fact]
    public async Task Introspection_rejects_a_token_after_the_user_was_deleted()
    {
        await Realm.AddUserAsync("dora", Cancellation);
        await RefusedWithinFreshnessAsync(
            "user deleted",
            () => Client.PasswordAsync(DemoClient.Cli, "dora", Cancellation),
            _ => Realm.DeleteUserAsync("dora", Cancellation));
    }

    [Fact]
    public async Task Introspection_rejects_a_token_after_the_session_expired()
    {
        const int tenHours = 36_000;
        try
        {
            await RefusedWithinFreshnessAsync(
                "session expired",
                async () =>
                {
                    // The session must be older than its new maximum of one second. The token itself is valid for minutes.
                    var tokens = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
                    await Task.Delay(2100, Cancellation);
                    return tokens;
                },
                _ => Realm.SetSessionMaxAsync(1, Cancellation));
        }
        finally
        {
            await Realm.SetSessionMaxAsync(tenHours, Cancellation);
        }
    }

    [Fact]
    public async Task Introspection_rejects_a_token_issued_before_the_realms_not_before()
    {
        await using var api = await StartIntrospectingApiAsync();
        var tokens = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
        var token = tokens.AccessToken.Compact;
        Assert.Equal(200, (await api.CallAsync("GET /me", token, Cancellation)).Status);

        await Realm.SetNotBeforeAsync(tokens.AccessToken.Number("iat") + 1, Cancellation);
        try
        {
            await UntilAsync(
                "realm not-before",
                async () => (await api.CallAsync("GET /me", token, Cancellation)).Rejection == "inactive",
                FreshnessMilliseconds);
        }
        finally
        {
            await Realm.SetNotBeforeAsync(0, Cancellation);
        }
    }

    [Fact]
    public async Task Introspection_rejects_a_token_issued_before_the_clients_not_before()
    {
        await using var api = await StartIntrospectingApiAsync();
        var tokens = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);
        var token = tokens.AccessToken.Compact;
        Assert.Equal(200, (await api.CallAsync("GET /me", token, Cancellation)).Status);

        await Realm.SetClientNotBeforeAsync("cli", tokens.AccessToken.Number("iat") + 1, Cancellation);
        try
        {
            await UntilAsync(
                "client not-before",
                async () => (await api.CallAsync("GET /me", token, Cancellation)).Rejection == "inactive",
                FreshnessMilliseconds);
        }
        finally
        {
            await Realm.SetClientNotBeforeAsync("cli", 0, Cancellation);
        }
    }

    [Fact]
    public async Task Introspection_detects_that_a_role_was_removed()
    {
        await using var api = await StartIntrospectingApiAsync();
        var token = (await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation)).AccessToken.Compact;
        Assert.Equal(200, (await api.CallAsync("GET /admin", token, Cancellation)).Status);

        await Realm.SetRealmRoleAsync("alice", "admin", held: false, Cancellation);
        try
        {
            await UntilAsync(
                "role removed (403)",
                async () => (await api.CallAsync("GET /admin", token, Cancellation)).Status == 403,
                FreshnessMilliseconds);
            Assert.Equal(200, (await api.CallAsync("GET /me", token, Cancellation)).Status);
        }
        finally
        {
            await Realm.SetRealmRoleAsync("alice", "admin", held: true, Cancellation);
        }

        await UntilAsync(
            "role assigned again (200)",
            async () => (await api.CallAsync("GET /admin", token, Cancellation)).Status == 200,
            FreshnessMilliseconds);
    }

    [Fact]
    public async Task Introspection_gives_a_lightweight_token_the_access_in_the_response()
    {
        await using var api = await StartIntrospectingApiAsync();
        var token = (await Client.PasswordAsync(DemoClient.Lightweight, "alice", Cancellation)).AccessToken.Compact;

        Assert.Equal("200 200 200 200 403 200", Statuses(await api.CallAllAsync(token, Cancellation)));
    }

    [Theory]
    [InlineData("ClientSecretBasic", "orders-api-secret")]
    [InlineData("ClientSecretPost", "orders-api-secret")]
    [InlineData("ClientSecretPost", "a b:c%+\u00e4/&=")]
    [InlineData("ClientSecretBasic", "a b:c%+\u00e4/&=")]
    public async Task Keycloak_accepts_the_clients_secret_with_each_method_and_with_special_characters(string method, string secret)
    {
        await Realm.SetClientSecretAsync("orders-api", secret, Cancellation);
        try
        {
            await using var api = await StartIntrospectingApiAsync(("credentials:method", method), ("credentials:secret", secret));
            var token = (await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation)).AccessToken.Compact;

            Assert.Equal(200, (await api.CallAsync("GET /me", token, Cancellation)).Status);
        }
        finally
        {
            await Realm.SetClientSecretAsync("orders-api", "orders-api-secret", Cancellation);
        }
    }

    [Fact]
    public async Task Wrong_credentials_of_the_API_lead_to_503_and_never_to_401()
    {
        await using var api = await StartIntrospectingApiAsync(("credentials:secret", "wrong"));
        var token = (await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation)).AccessToken.Compact;

        Assert.Equal(503, (await api.CallAsync("GET /me", token, Cancellation)).Status);
    }

    private async Task RefusedWithinFreshnessAsync(string what, Func<Task<TokenAnswer>> issue, Func<TokenAnswer, Task> act)
    {
        await using var api = await StartIntrospectingApiAsync();
        var tokens = await issue();
        var token = tokens.AccessToken.Compact;
        Assert.Equal(200, (await api.CallAsync("GET /me", token, Cancellation)).Status);
        await act(tokens);
        await UntilAsync(
            what,
            async () => (await api.CallAsync("GET /me", token, Cancellation)) is { Status: 401, Rejection: "inactive" },
            FreshnessMilliseconds);
    }

    /// <summary>Waits until the condition is true, and prints the time. Allows 2 more seconds for a busy machine.</summary>
    private async Task UntilAsync(string what, Func<Task<bool>> happened, int milliseconds)
    {
        var clock = Stopwatch.StartNew();
        while (!await happened())
        {
            Assert.True(clock.ElapsedMilliseconds < milliseconds + 2000, $"{what}: not within {milliseconds} ms.");
            await Task.Delay(20, Cancellation);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"Keycloak {Realm.Version}: {what}: after {clock.ElapsedMilliseconds} ms (freshness {FreshnessMilliseconds} ms)");
    }

    private protected static (string Pem, JsonObject Jwks) ClientKeyOf(string algorithm, string id)
    {
        var jwk = new JsonObject { ["kid"] = id, ["alg"] = algorithm, ["use"] = "sig" };
        string pem;
        if (algorithm == "ES256")
        {
            using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var point = ec.ExportParameters(false).Q;
            (jwk["kty"], jwk["crv"], jwk["x"], jwk["y"]) =
                ("EC", "P-256", Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
            pem = ec.ExportPkcs8PrivateKeyPem();
        }
        else
        {
            using var rsa = RSA.Create(2048);
            var key = rsa.ExportParameters(false);
            (jwk["kty"], jwk["n"], jwk["e"]) = ("RSA", Base64Url.EncodeToString(key.Modulus), Base64Url.EncodeToString(key.Exponent));
            pem = rsa.ExportPkcs8PrivateKeyPem();
        }

        return (pem, new JsonObject { ["keys"] = new JsonArray(jwk) });
    }

    private protected Task<ProtectedApi> StartIntrospectingApiAsync(
        params (string Key, string? Value)[] settings) => ProtectedApi.StartAsync(
        Realm.BaseAddress,
        Cancellation,
        [("Introspection", "Always"), ("Introspection:Freshness", "00:00:01"), ("credentials:secret", "orders-api-secret"), .. settings]);
}
