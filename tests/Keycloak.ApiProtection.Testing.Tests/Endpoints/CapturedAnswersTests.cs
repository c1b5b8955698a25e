using Keycloak.ApiProtection.Testing.Tests.Support;

namespace Keycloak.ApiProtection.Testing.Tests.Endpoints;

/// <summary>Compares every response with that of a Keycloak 26.7.3 to the same request.</summary>
public sealed class CapturedAnswersTests(RealmFixture fixture) : IClassFixture<RealmFixture>
{
    private const string All = "openid groups organization";

    private RealmCaller Caller => fixture.Caller;

    [Fact]
    public async Task Discovery_has_the_same_members_as_in_Keycloak() => (await Caller.DiscoverAsync()).AssertLike("discovery");

    [Fact]
    public async Task A_realm_that_does_not_exist_is_not_found()
    {
        var url = new Uri(fixture.Realm.BaseAddress, "/realms/nope/.well-known/openid-configuration");
        (await Caller.SendAsync(HttpMethod.Get, url.ToString())).AssertLike("discovery-no-such-realm");
    }

    [Fact]
    public async Task The_keys_have_the_same_kind_size_and_members_as_in_Keycloak() => (await Caller.KeysAsync()).AssertLike("jwks");

    [Theory]
    [InlineData("token-password-alice", "cli", "alice", All)]
    [InlineData("token-password-bob", "cli", "bob", "openid")]
    [InlineData("token-password-mallory-no-audience", "no-audience", "mallory", "openid")]
    [InlineData("token-offline", "cli", "alice", "openid offline_access")]
    [InlineData("token-lightweight", "lightweight", "alice", "openid")]
    [InlineData("token-rfc9068", "rfc9068", "alice", "openid")]
    [InlineData("token-ps256", "ps256", "alice", "openid")]
    [InlineData("token-es256", "es256", "alice", "openid")]
    [InlineData("token-eddsa", "eddsa", "alice", "openid")]
    public async Task A_password_grant_returns_the_same_response_and_claims_as_Keycloak(
        string capture, string client, string user, string scope)
    {
        var answer = await Caller.PasswordAsync(client, user, scope);

        answer.AssertLike(capture);
        AssertTokensLike(capture, answer);
    }

    [Fact]
    public async Task A_service_account_gets_the_same_response_and_token_as_from_Keycloak()
    {
        var answer = await Caller.ClientCredentialsAsync("batch");

        answer.AssertLike("token-service-account");
        AssertTokensLike("token-service-account", answer);
    }

    [Fact]
    public async Task A_refreshed_token_is_the_same_as_from_Keycloak()
    {
        var first = await Caller.PasswordAsync("cli", "alice", All);
        var second = await Caller.RefreshAsync("cli", first.RefreshToken);

        second.AssertLike("token-refreshed");
        AssertTokensLike("token-refreshed", second);
        Assert.Equal(Decoded.Of(first.AccessToken)["sid"], Decoded.Of(second.AccessToken)["sid"]);
    }

    [Fact]
    public async Task A_DPoP_bound_token_is_the_same_as_from_Keycloak()
    {
        using var key = fixture.Realm.Dpop();
        var answer = await Caller.PasswordAsync("dpop", "alice", dpop: Caller.Proof(key));

        answer.AssertLike("token-dpop");
        AssertAccessTokenLike("token-dpop", answer);
        Assert.Equal(key.Thumbprint, (string?)Decoded.Of(answer.AccessToken).Claims["cnf"]!["jkt"]);
        (await Caller.IntrospectAsync("orders-api", answer.AccessToken)).AssertLike("introspect-dpop");
        (await Caller.UserInfoAsync(answer.AccessToken)).AssertLikeExceptCaching("userinfo-dpop-token-as-bearer");
    }

    [Fact]
    public async Task A_DPoP_client_without_a_new_proof_is_rejected_as_by_Keycloak()
    {
        using var key = fixture.Realm.Dpop();
        var proof = Caller.Proof(key);
        Assert.Equal(200, (await Caller.PasswordAsync("dpop", "alice", dpop: proof)).Status);

        (await Caller.PasswordAsync("dpop", "alice", dpop: proof)).AssertLike("token-dpop-replayed-proof");
        (await Caller.PasswordAsync("dpop", "alice")).AssertLike("token-dpop-without-proof");
    }

    [Fact]
    public async Task Wrong_passwords_and_disabled_users_are_rejected_as_by_Keycloak()
    {
        (await Caller.TokenAsync([("grant_type", "password"), ("client_id", "cli"), ("username", "alice"), ("password", "wrong")]))
            .AssertLike("token-error-bad-password");
        (await Caller.PasswordAsync("cli", "carol")).AssertLike("token-error-disabled-user");
    }

    [Theory]
    [InlineData("orders-api")]
    [InlineData("gateway")]
    public async Task Introspection_of_an_active_token_returns_the_same_response_as_Keycloak(string api)
    {
        var token = (await Caller.PasswordAsync("cli", "alice", All)).AccessToken;

        (await Caller.IntrospectAsync(api, token)).AssertLike($"introspect-active-by-{api}");
    }

    [Fact]
    public async Task Introspection_of_other_tokens_returns_the_same_responses_as_Keycloak()
    {
        var exchanger = await Caller.PasswordAsync("exchanger", "alice", secret: "exchanger-secret");
        var lightweight = (await Caller.PasswordAsync("lightweight", "alice")).AccessToken;
        var bob = (await Caller.PasswordAsync("cli", "bob")).AccessToken;

        (await Caller.IntrospectAsync("exchanger", exchanger.IdToken)).AssertLike("introspect-id-token-by-its-client");
        (await Caller.IntrospectAsync("exchanger", exchanger.RefreshToken)).AssertLike("introspect-refresh-token-by-its-client");
        (await Caller.IntrospectAsync("orders-api", lightweight)).AssertLike("introspect-lightweight");
        (await Caller.IntrospectAsync("shipping-api", bob)).AssertLike("introspect-by-client-not-in-audience");
        (await Caller.IntrospectAsync("orders-api", "garbage")).AssertLike("introspect-garbage");
        (await Caller.IntrospectAsync("orders-api", bob, host: $"localhost:{fixture.Realm.BaseAddress.Port}"))
            .AssertLike("introspect-through-other-host");
    }

    [Fact]
    public async Task An_invalid_introspection_request_is_rejected_as_by_Keycloak()
    {
        var token = (await Caller.PasswordAsync("cli", "alice")).AccessToken;

        (await Caller.IntrospectAsync("orders-api", token, secret: "wrong")).AssertLike("introspect-bad-secret");
        (await Caller.IntrospectAsync("cli", token)).AssertLike("introspect-public-client");
        (await Caller.IntrospectAsync("orders-api", null)).AssertLike("introspect-no-token");
        (await Caller.IntrospectAsync("orders-api", token, hint: "foo")).AssertLike("introspect-bad-hint");
    }

    [Fact]
    public async Task Logout_and_revocation_have_the_same_responses_and_effects_as_in_Keycloak()
    {
        var first = await Caller.PasswordAsync("cli", "alice");
        Assert.True(await Caller.IsActiveAsync(first.AccessToken));
        (await Caller.LogoutAsync("cli", first.RefreshToken)).AssertLike("logout");
        (await Caller.IntrospectAsync("orders-api", first.AccessToken)).AssertLike("introspect-after-logout");

        var second = await Caller.PasswordAsync("cli", "alice");
        (await Caller.RevokeAsync("no-audience", second.AccessToken)).AssertLike("revoke-by-other-client");
        Assert.True(await Caller.IsActiveAsync(second.AccessToken));
        (await Caller.RevokeAsync("cli", second.AccessToken)).AssertLike("revoke-access-token");
        (await Caller.IntrospectAsync("orders-api", second.AccessToken)).AssertLike("introspect-after-revocation");
    }

    [Fact]
    public async Task Token_exchange_returns_the_same_responses_as_Keycloak()
    {
        var subject = (await Caller.PasswordAsync("exchanger", "alice", secret: "exchanger-secret")).AccessToken;
        var exchanged = await ExchangeAsync(subject, "orders-api");

        exchanged.AssertLike("exchange");
        AssertAccessTokenLike("exchange", exchanged);
        (await ExchangeAsync(subject, "nobody")).AssertLike("exchange-unknown-audience");
        var forOthers = (await Caller.PasswordAsync("cli", "alice")).AccessToken;
        (await ExchangeAsync(forOthers, null)).AssertLike("exchange-subject-not-for-this-client");
    }

    private Task<Exchange> ExchangeAsync(string subject, string? audience) => Caller.TokenAsync(
    [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("client_id", "exchanger"),
        ("client_secret", "exchanger-secret"),
        ("subject_token", subject),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("audience", audience),
    ]);

    private static void AssertTokensLike(string captureName, Exchange answer)
    {
        var capture = Capture.Read(captureName);
        foreach (var name in new[] { "access_token", "id_token", "refresh_token" })
        {
            Assert.Equal(capture.Body![name] is null, answer.Json[name] is null);
            if (answer.Json[name] is { } token)
            {
                var raw = (string)capture.Body[name]!;
                var decoded = Decoded.Of((string)token!);
                Assert.Equal(Normal.Of(Decoded.Of(raw).Header), Normal.Of(decoded.Header));
                Assert.Equal(WithoutKeyId(Decoded.Of(raw)), WithoutKeyId(decoded));
                Assert.Equal(Normal.Of(Decoded.Of(raw).Claims), Normal.Of(decoded.Claims));
            }
        }
    }

    private static void AssertAccessTokenLike(string captureName, Exchange answer)
    {
        var payload = Capture.Read(captureName).Decoded("access_token")["payload"];
        Assert.Equal(Normal.Of(payload), Normal.Of(Decoded.Of(answer.AccessToken).Claims));
    }

    private static string WithoutKeyId(Decoded token) =>
        token.RawHeader.Replace((string)token.Header["kid"]!, "KID", StringComparison.Ordinal);
}
