using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Tests.Support;

namespace Keycloak.ApiProtection.Testing.Tests.Tokens;

public sealed class TokenBuilderTests(RealmFixture fixture) : IClassFixture<RealmFixture>
{
    private KeycloakRealm Realm => fixture.Realm;

    private RealmCaller Caller => fixture.Caller;

    private TokenBuilder Alice => Realm.Token("alice").For("cli");

    [Fact]
    public async Task A_minted_token_is_active_and_has_the_same_claims_as_one_from_the_token_endpoint()
    {
        var issued = (await Caller.PasswordAsync("cli", "alice", "openid groups organization")).AccessToken;
        var minted = Alice.WithScope("openid groups", "organization").Create();

        Assert.Equal(Normal.Of(Decoded.Of(issued).Claims), Normal.Of(Decoded.Of(minted).Claims));
        Assert.Equal(Decoded.Of(issued).RawHeader, Decoded.Of(minted).RawHeader);
        Assert.True(await PublicKeys.VerifyAsync(Caller, minted));
        Assert.True(await Caller.IsActiveAsync(minted));
    }

    [Fact]
    public void The_default_client_is_the_first_with_a_password_grant_or_the_service_accounts_own()
    {
        Assert.Equal("cli", Decoded.Of(Realm.Token("alice").Create())["azp"]);
        Assert.Equal("batch", Decoded.Of(Realm.Token("service-account-batch").Create())["azp"]);
    }

    [Fact]
    public async Task A_service_account_token_equals_one_from_the_client_credentials_grant()
    {
        var issued = (await Caller.ClientCredentialsAsync("batch")).AccessToken;
        var minted = Realm.TokenForServiceAccount("batch").Create();

        Assert.Equal(Normal.Of(Decoded.Of(issued).Claims), Normal.Of(Decoded.Of(minted).Claims));
        var exception = Assert.Throws<ArgumentException>(() => Realm.TokenForServiceAccount("cli"));
        Assert.Contains("serviceAccountsEnabled", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_browser_client_token_contains_the_login_time_and_the_allowed_origins()
    {
        var token = Decoded.Of(Realm.Token("alice").For("spa").Create());

        Assert.StartsWith("onrtac:", token["jti"], StringComparison.Ordinal);
        Assert.Equal(token.Number("iat"), token.Number("auth_time"));
        Assert.Equal(
            ["http://localhost:5080", "http://localhost", "http://127.0.0.1"],
            token.Claims["allowed-origins"]!.AsArray().Select(origin => (string)origin!));
    }

    [Fact]
    public async Task A_login_sets_level_and_time_and_introspection_reports_the_last_login_of_the_session()
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
        var silver = Realm.Token("alice").For("cli").InSession("step-up").WithAuthentication("silver", at).Create();
        Assert.Equal(("silver", 1_700_000_000), (Decoded.Of(silver)["acr"], Decoded.Of(silver).Number("auth_time")));
        Assert.Equal("silver", (string?)(await Caller.IntrospectAsync("orders-api", silver)).Json["acr"]);

        var gold = Realm.Token("alice").For("cli").InSession("step-up").WithAuthentication("gold").Create();

        Assert.Equal("gold", Decoded.Of(gold)["acr"]);
        Assert.Equal("gold", (string?)(await Caller.IntrospectAsync("orders-api", silver)).Json["acr"]);
    }

    [Fact]
    public void An_unknown_scope_user_or_client_is_rejected_with_a_list_of_those_that_exist()
    {
        var message = Assert.Throws<ArgumentException>(() => Alice.WithScope("phones").Create()).Message;

        Assert.Contains("'phones'", message, StringComparison.Ordinal);
        Assert.Contains("orders:write", message, StringComparison.Ordinal);
        Assert.Contains("mallory", Assert.Throws<ArgumentException>(() => Realm.Token("eve").Create()).Message, StringComparison.Ordinal);
        Assert.Contains("gateway", Assert.Throws<ArgumentException>(() => Alice.For("nope").Create()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scope_can_be_left_out_together_with_its_claims()
    {
        var token = Decoded.Of(Alice.WithoutScope("email", "roles", "basic").Create());

        Assert.DoesNotContain("email", token.Scopes);
        Assert.Contains("profile", token.Scopes);
        Assert.All(
            ["email", "email_verified", "realm_access", "resource_access", "sub"],
            claim => Assert.False(token.Claims.ContainsKey(claim), claim));
        Assert.Equal(["orders-api", "gateway"], token.Claims["aud"]!.AsArray().Select(audience => (string)audience!));
    }

    [Fact]
    public async Task Times_can_be_set_and_an_expired_token_has_a_valid_signature()
    {
        var now = TimeProvider.System.GetUtcNow();
        var good = Decoded.Of(Alice.Create());
        Assert.Equal(300, good.Number("exp") - good.Number("iat"));

        var expired = Alice.Expired().Create();
        Assert.InRange(Decoded.Of(expired).Number("exp"), now.ToUnixTimeSeconds() - 610, now.ToUnixTimeSeconds() - 590);
        Assert.True(Decoded.Of(expired).Number("iat") < Decoded.Of(expired).Number("exp"));
        Assert.True(await PublicKeys.VerifyAsync(Caller, expired));
        Assert.False(await Caller.IsActiveAsync(expired));

        var moved = Decoded.Of(Alice.IssuedAt(now.AddHours(-1)).Create());
        Assert.Equal(now.AddHours(-1).ToUnixTimeSeconds(), moved.Number("iat"));
        Assert.Equal(now.AddMinutes(-55).ToUnixTimeSeconds(), moved.Number("exp"));

        var longer = Decoded.Of(Alice.ExpiresIn(TimeSpan.FromHours(1)).Create());
        Assert.InRange(longer.Number("exp") - longer.Number("iat"), 3599, 3601);

        var later = Alice.NotBefore(now.AddMinutes(5)).Create();
        Assert.Equal(now.AddMinutes(5).ToUnixTimeSeconds(), Decoded.Of(later).Number("nbf"));
        Assert.False(await Caller.IsActiveAsync(later));
    }

    [Fact]
    public void Claims_of_every_type_can_be_set_and_removed()
    {
        var token = Decoded.Of(Alice
            .WithClaim("text", "a\"<é").WithClaim("number", 1.5).WithClaim("whole", 7L).WithClaim("flag", true).WithClaim("nothing", null)
            .WithClaim("time", DateTimeOffset.FromUnixTimeSeconds(5)).WithClaim("list", Several("a", "b"))
            .WithClaim("node", new JsonObject { ["x"] = 1 })
            .WithClaim("object", new Dictionary<string, object?> { ["a"] = Several(1, 2) })
            .WithoutClaim("sub").WithoutClaim("never was").WithIssuer("https://other").WithRealmRoles("boss").WithClientRoles("x.y", "z")
            .Create());

        Assert.Equal("a\"<é", token["text"]);
        var names = Several("number", "whole", "flag", "nothing", "time", "list", "node", "object");
        Assert.Equal(
            """[1.5,7,true,null,5,["a","b"],{"x":1},{"a":[1,2]}]""",
            new JsonArray([.. names.Select(name => token.Claims[name]?.DeepClone())]).ToJsonString());
        Assert.False(token.Claims.ContainsKey("sub"));
        Assert.Equal("https://other", token["iss"]);
        Assert.Equal(["boss"], token.RealmRoles);
        Assert.Equal(["z"], token.Roles("x.y"));
        Assert.Equal(["reader", "writer"], token.Roles("orders-api").Order());
        Assert.Throws<ArgumentException>(() => Alice.WithClaim("x", new Uri("http://x")));
    }

    [Fact]
    public async Task One_audience_is_a_string_several_are_an_array_and_none_removes_the_claim()
    {
        Assert.Equal("a", Decoded.Of(Alice.WithAudience("a").Create())["aud"]);
        Assert.Equal("""["a","b"]""", Decoded.Of(Alice.WithAudience("a", "b").Create()).Claims["aud"]!.ToJsonString());
        Assert.False(Decoded.Of(Alice.WithAudience().Create()).Claims.ContainsKey("aud"));
        Assert.False(await Caller.IsActiveAsync(Alice.WithAudience("shipping-api").Create()));
        Assert.True(await Caller.IsActiveAsync(Alice.WithAudience("shipping-api").Create(), by: "shipping-api"));
    }

    [Fact]
    public void The_header_has_Keycloaks_spaces_and_any_member_can_be_changed()
    {
        var kid = (string)Decoded.Of(Alice.Create()).Header["kid"]!;

        Assert.Equal($$"""{"alg":"RS256","typ" : "JWT","kid" : "{{kid}}"}""", Decoded.Of(Alice.Create()).RawHeader);
        Assert.Equal("""{"alg":"RS256","typ" : "JWT","kid" : "other"}""", Decoded.Of(Alice.WithKeyId("other").Create()).RawHeader);
        Assert.Equal($$"""{"alg":"RS256","kid" : "{{kid}}"}""", Decoded.Of(Alice.WithHeader("typ", null).Create()).RawHeader);
        Assert.Equal(
            $$"""{"alg":"X","typ" : "at+jwt","kid" : "{{kid}}","crit" : ["exp"]}""",
            Decoded.Of(Alice.WithHeader("alg", "X").WithHeader("typ", "at+jwt").WithHeader("crit", Several("exp")).Create()).RawHeader);
        Assert.Equal("""{"alg":"RS256"}""", Decoded.Of(Alice.WithHeader("typ", null).WithKeyId(null).Create()).RawHeader);
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("RS384")]
    [InlineData("RS512")]
    [InlineData("PS256")]
    [InlineData("PS384")]
    [InlineData("PS512")]
    [InlineData("ES256")]
    [InlineData("ES384")]
    [InlineData("ES512")]
    public async Task Each_algorithm_signs_with_its_own_key_in_the_JWK_set(string algorithm)
    {
        var token = Alice.WithAlgorithm(algorithm).Create();

        Assert.Equal(algorithm, (string?)Decoded.Of(token).Header["alg"]);
        Assert.True(await PublicKeys.VerifyAsync(Caller, token));
        Assert.True(await Caller.IsActiveAsync(token));
    }

    [Fact]
    public async Task EdDSA_is_supported_and_an_unknown_algorithm_is_rejected()
    {
        var token = Alice.WithAlgorithm("EdDSA").Create();
        Assert.Equal(64, Base64Url.DecodeFromChars(token.Split('.')[2]).Length);
        Assert.True(await Caller.IsActiveAsync(token));

        Assert.Throws<NotSupportedException>(() => Alice.WithAlgorithm("ES256K").Create());
    }

    [Fact]
    public async Task Forged_tokens_have_a_valid_header_and_an_invalid_signature()
    {
        var good = Alice.Create();
        Assert.True(await PublicKeys.VerifyAsync(Caller, good));

        string[] forged = [Alice.SignedByForeignKey().Create(), Alice.Tampered().Create()];
        foreach (var token in forged)
        {
            Assert.Equal(Decoded.Of(good).RawHeader, Decoded.Of(token).RawHeader);
            Assert.False(await PublicKeys.VerifyAsync(Caller, token));
            Assert.False(await Caller.IsActiveAsync(token));
        }

        var foreignEc = Alice.WithAlgorithm("ES256").SignedByForeignKey().Create();
        Assert.False(await PublicKeys.VerifyAsync(Caller, foreignEc));
    }

    [Fact]
    public async Task An_unsigned_token_has_the_algorithm_none_and_an_empty_third_part()
    {
        var token = Alice.Unsigned().Create();

        Assert.EndsWith(".", token, StringComparison.Ordinal);
        Assert.Equal("""{"alg":"none","typ" : "JWT"}""", Decoded.Of(token).RawHeader);
        Assert.False(await Caller.IsActiveAsync(token));
    }

    [Fact]
    public async Task The_public_key_can_be_misused_as_an_hmac_secret()
    {
        var token = Alice.SignedWithHmacOfPublicKey().Create();
        Assert.Equal("HS256", (string?)Decoded.Of(token).Header["alg"]);

        var spki = Convert.FromBase64String((string)(await Caller.SendAsync(HttpMethod.Get, Realm.Issuer)).Json["public_key"]!);
        var secret = Encoding.ASCII.GetBytes(PemEncoding.WriteString("PUBLIC KEY", spki));
        var dot = token.LastIndexOf('.');
        Assert.Equal(Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(token[..dot]))), token[(dot + 1)..]);
        Assert.False(await Caller.IsActiveAsync(token));
    }

    [Fact]
    public async Task A_raw_header_or_payload_is_signed_unchanged()
    {
        var payload = Alice.WithRawPayload("""{"a":1,"a":2""").Create();
        Assert.Equal("""{"a":1,"a":2""", Encoding.UTF8.GetString(Base64Url.DecodeFromChars(payload.Split('.')[1])));
        Assert.False(await Caller.IsActiveAsync(payload));

        var header = Alice.WithRawHeader("[]").Create();
        Assert.Equal("[]", Encoding.UTF8.GetString(Base64Url.DecodeFromChars(header.Split('.')[0])));
        Assert.False(await Caller.IsActiveAsync(header));
    }

    [Fact]
    public async Task A_lightweight_token_has_few_claims_and_introspection_returns_the_rest()
    {
        var token = Alice.Lightweight().Create();

        Assert.Equal(["exp", "iat", "jti", "iss", "typ", "azp", "sid", "scope"], Decoded.Of(token).Claims.Select(claim => claim.Key));
        Assert.StartsWith("onltro:", Decoded.Of(token)["jti"], StringComparison.Ordinal);
        Assert.Equal("alice", (string?)(await Caller.IntrospectAsync("orders-api", token)).Json["preferred_username"]);
    }

    [Fact]
    public void Bound_tokens_contain_the_thumbprint_that_they_are_bound_to()
    {
        var dpop = Decoded.Of(Alice.BoundToDPoP("thumbprint").Create());
        Assert.Equal(("DPoP", """{"jkt":"thumbprint","kc-jkt-type":"DPoP"}"""), (dpop["typ"], dpop.Claims["cnf"]!.ToJsonString()));

        var certificate = Decoded.Of(Alice.BoundToCertificate("thumbprint").Create());
        Assert.Equal(("Bearer", """{"x5t#S256":"thumbprint"}"""), (certificate["typ"], certificate.Claims["cnf"]!.ToJsonString()));
    }

    [Theory]
    [InlineData(TokenKind.Access, "Bearer", "RS256", "JWT")]
    [InlineData(TokenKind.Id, "ID", "RS256", "JWT")]
    [InlineData(TokenKind.Refresh, "Refresh", "HS512", "JWT")]
    [InlineData(TokenKind.Offline, "Offline", "HS512", "JWT")]
    [InlineData(TokenKind.Logout, "Logout", "RS256", "logout+jwt")]
    [InlineData(TokenKind.RegistrationAccess, "RegistrationAccessToken", "HS512", "JWT")]
    [InlineData(TokenKind.InitialAccess, "InitialAccessToken", "HS512", "JWT")]
    [InlineData(TokenKind.Action, "execute-actions", "HS512", "JWT")]
    [InlineData(TokenKind.SerializedId, "Serialized-ID", "HS512", "JWT")]
    public async Task Each_kind_of_token_has_its_own_type_and_algorithm(TokenKind kind, string type, string algorithm, string headerType)
    {
        var token = Alice.OfKind(kind).Create();
        var decoded = Decoded.Of(token);

        Assert.Equal((type, algorithm, headerType), (decoded["typ"], (string?)decoded.Header["alg"], (string?)decoded.Header["typ"]));
        Assert.Equal(algorithm == "RS256", await PublicKeys.VerifyAsync(Caller, token));
        Assert.Equal(kind == TokenKind.Access, await Caller.IsActiveAsync(token));
    }

    [Fact]
    public async Task A_minted_refresh_token_can_be_used_and_a_logout_token_contains_the_logout_event()
    {
        Assert.Equal(200, (await Caller.RefreshAsync("cli", Alice.OfKind(TokenKind.Refresh).Create())).Status);
        Assert.Equal(200, (await Caller.RefreshAsync("cli", Alice.WithScope("offline_access").OfKind(TokenKind.Offline).Create())).Status);

        var logout = Decoded.Of(Alice.OfKind(TokenKind.Logout).Create());
        Assert.Equal("""{"http://schemas.openid.net/event/backchannel-logout":{}}""", logout.Claims["events"]!.ToJsonString());
        Assert.Equal((120, "cli", false), (logout.Number("exp") - logout.Number("iat"), logout["aud"], logout.Claims.ContainsKey("nonce")));
    }

    [Fact]
    public void A_session_can_be_shared_and_builders_are_immutable()
    {
        var first = Decoded.Of(Alice.Create());
        Assert.Equal(first["sid"], Decoded.Of(Alice.InSession(first["sid"]!).Create())["sid"]);

        var kept = Alice;
        _ = kept.Expired().WithClaim("x", 1).Tampered();
        var token = Decoded.Of(kept.Create());
        Assert.False(token.Claims.ContainsKey("x"));
        Assert.True(token.Number("exp") > token.Number("iat"));
        Assert.NotEqual(Decoded.Of(kept.Create())["sid"], token["sid"]);
    }

    [Fact]
    public void Tokens_can_be_minted_by_many_threads_concurrently()
    {
        var tokens = new string[200];
        Parallel.For(0, tokens.Length, i => tokens[i] = (i % 3) switch
        {
            0 => Alice.Create(),
            1 => Realm.Token("bob").WithAlgorithm("ES256").Create(),
            _ => Realm.TokenForServiceAccount("batch").Create(),
        });

        Assert.Equal(tokens.Length, tokens.Select(token => Decoded.Of(token)["jti"]).Distinct().Count());
    }

    private static T[] Several<T>(params T[] items) => items;
}
