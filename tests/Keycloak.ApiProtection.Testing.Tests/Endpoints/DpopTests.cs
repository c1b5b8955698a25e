using Keycloak.ApiProtection.Testing.Tests.Support;

namespace Keycloak.ApiProtection.Testing.Tests.Endpoints;

/// <summary>
/// DPoP at the token endpoint and at userinfo. Status, descriptions and challenges are those of a Keycloak 26.7.3, which answers 500 to a
/// proof that is exactly 25 seconds old: the embedded realm rejects it like an older one.
/// </summary>
public sealed class DpopTests(RealmFixture fixture) : IClassFixture<RealmFixture>
{
    private const string Challenge =
        "DPoP algs=\"PS384 RS384 EdDSA ES384 ES256 RS256 ES512 PS256 PS512 RS512\", realm=\"demo\", error=\"invalid_token\", "
        + "error_description=\"Token verification failed\"";

    private const string InvalidSignature =
        "DPoP verification failure: org.keycloak.exceptions.TokenSignatureInvalidException: Invalid token signature";

    private static readonly DpopKey OtherKey = DpopKey.Create();

    private static readonly Dictionary<string, (Func<DpopProofBuilder, DpopProofBuilder> Change, string Description)> WrongProofs = new()
    {
        ["no jti"] = (proof => proof.WithoutClaim("jti"), "DPoP mandatory claims are missing"),
        ["no iat"] = (proof => proof.WithoutClaim("iat"), "DPoP mandatory claims are missing"),
        ["old"] = (proof => proof.IssuedAgo(TimeSpan.FromSeconds(30)), "DPoP proof is not active"),
        ["future"] = (proof => proof.IssuedAgo(TimeSpan.FromSeconds(-30)), "DPoP proof is not active"),
        ["other host"] = (proof => proof.WithUrl("http://other.example/token"), "DPoP HTTP URL mismatch"),
        ["method in lower case"] = (proof => proof.WithMethod("post"), "DPoP HTTP method mismatch"),
        ["other method"] = (proof => proof.WithMethod("GET"), "DPoP HTTP method mismatch"),
        ["typ"] = (proof => proof.WithHeader("typ", "JWT"), "Invalid or missing type in DPoP header: JWT"),
        ["unsigned"] = (proof => proof.Unsigned(), "Unsupported DPoP algorithm: none"),
        ["symmetric"] = (proof => proof.SignedWithHmacOfPublicKey(), "Unsupported DPoP algorithm: HS256"),
        ["private key"] = (proof => proof.WithPrivateKey(), "Private key material must not be present in DPoP JWK"),
        ["other key"] = (proof => proof.WithKeyOf(OtherKey), InvalidSignature),
        ["tampered"] = (proof => proof.Tampered(), InvalidSignature),
        ["no jwk"] = (proof => proof.WithHeader("jwk", null), "DPoP header verification failure"),
        ["malformed"] = (proof => proof.WithRawPayload("{"), "DPoP header verification failure"),
    };

    public static TheoryData<string> Wrongs => [.. WrongProofs.Keys];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private KeycloakRealm Realm => fixture.Realm;

    private RealmCaller Caller => fixture.Caller;

    [Theory]
    [MemberData(nameof(Wrongs))]
    public async Task A_wrong_proof_is_rejected_at_the_token_endpoint_as_by_Keycloak(string wrong)
    {
        using var key = Realm.Dpop();
        var (change, description) = WrongProofs[wrong];
        var proof = change(key.Proof(HttpMethod.Post, Caller.TokenEndpoint)).Create();

        var answer = await Caller.PasswordAsync("cli", "alice", dpop: proof);

        Assert.Equal((400, "invalid_request", description), (answer.Status, answer.Error, answer.Description));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("a.b.c")]
    public async Task A_text_that_is_no_proof_is_rejected_at_the_token_endpoint(string proof) =>
        Assert.Equal("DPoP header verification failure", (await Caller.PasswordAsync("cli", "alice", dpop: proof)).Description);

    [Theory]
    [InlineData("ES256")]
    [InlineData("ES384")]
    [InlineData("RS256")]
    [InlineData("PS256")]
    public async Task A_token_is_issued_to_the_key_of_the_handler_and_opens_userinfo(string algorithm)
    {
        using var key = Realm.Dpop(algorithm);
        using var handler = new DpopHandler(key, accessToken: null, Realm.CreateHandler());
        using var client = new HttpClient(handler);
        using var form = new FormUrlEncodedContent(
        [
            new("grant_type", "password"), new("client_id", "dpop"), new("username", "alice"), new("password", "alice"),
            new("scope", "openid"),
        ]);

        using var response = await client.PostAsync(Caller.TokenEndpoint, form, Cancellation);
        handler.AccessToken = (await Exchange.ReadAsync(response, Cancellation)).AccessToken;

        Assert.Equal(key.Thumbprint, (string?)Decoded.Of(handler.AccessToken).Claims["cnf"]!["jkt"]);
        Assert.Equal((200, "alice"), await UserNameAsync(client));
    }

    [Theory]
    [InlineData(24, true)]
    [InlineData(25, false)]
    [InlineData(-15, true)]
    [InlineData(-16, false)]
    public async Task A_proof_is_valid_for_24_seconds_and_may_be_15_seconds_ahead(int age, bool accepted)
    {
        var clock = new TestClock();
        await using var realm = await KeycloakRealm.StartAsync(new() { InMemory = true, TimeProvider = clock }, Cancellation);
        using var key = realm.Dpop();
        using var client = UserInfoClient(realm, key, proof => proof.IssuedAgo(TimeSpan.FromSeconds(age)));

        using var response = await client.GetAsync(new Uri(realm.Issuer + "/protocol/openid-connect/userinfo"), Cancellation);

        Assert.Equal(accepted ? 200 : 401, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("dpop")]
    [InlineData("DPoP")]
    public async Task The_scheme_has_no_case_and_a_query_in_htu_is_ignored(string scheme)
    {
        using var key = Realm.Dpop();
        using var handler = new DpopHandler(key, Realm.Token("alice").WithScope("openid").BoundTo(key).Create(), Realm.CreateHandler())
        {
            Scheme = scheme,
            ChangeProof = proof => proof.WithUrl(Caller.UserInfoEndpoint + "?a=b#c"),
        };
        using var client = new HttpClient(handler);

        Assert.Equal((200, "alice"), await UserNameAsync(client));
    }

    public static TheoryData<string> WrongRequests => [.. WrongUses.Keys];

    private static readonly Dictionary<string, Action<DpopHandler>> WrongUses = new()
    {
        ["no proof"] = handler => handler.ProofsPerRequest = 0,
        ["two proofs"] = handler => handler.ProofsPerRequest = 2,
        ["no ath"] = handler => handler.ChangeProof = proof => proof.For(null),
        ["ath of another token"] = handler => handler.ChangeProof = proof => proof.For("x"),
        ["proof of another key"] = handler => handler.ChangeProof = proof => OtherKey
            .Proof(HttpMethod.Get, new Uri(Decoded.Of(proof.Create())["htu"]!))
            .For(handler.AccessToken),
        ["htu"] = handler => handler.ChangeProof = proof => proof.WithUrl("http://other.example/"),
        ["htm"] = handler => handler.ChangeProof = proof => proof.WithMethod("POST"),
        ["old"] = handler => handler.ChangeProof = proof => proof.IssuedAgo(TimeSpan.FromMinutes(1)),
    };

    [Theory]
    [MemberData(nameof(WrongRequests))]
    public async Task Userinfo_rejects_a_wrong_proof_with_Keycloaks_challenge(string wrong)
    {
        using var key = Realm.Dpop();
        using var handler = new DpopHandler(key, Realm.Token("alice").WithScope("openid").BoundTo(key).Create(), Realm.CreateHandler());
        using var client = new HttpClient(handler);
        WrongUses[wrong](handler);

        using var response = await client.GetAsync(Caller.UserInfoEndpoint, Cancellation);

        Assert.Equal((401, Challenge), ((int)response.StatusCode, response.Headers.GetValues("WWW-Authenticate").Single()));
    }

    [Fact]
    public async Task Userinfo_rejects_a_proof_that_was_sent_before()
    {
        using var key = Realm.Dpop();
        using var client = UserInfoClient(Realm, key, proof => proof.WithId("sent twice"));

        Assert.Equal((200, "alice"), await UserNameAsync(client));
        Assert.Equal((401, null), await UserNameAsync(client));
    }

    [Fact]
    public async Task Userinfo_rejects_a_bound_token_under_Bearer_even_with_a_proof()
    {
        using var key = Realm.Dpop();
        using var handler = new DpopHandler(key, Realm.Token("alice").WithScope("openid").BoundTo(key).Create(), Realm.CreateHandler());
        using var client = new HttpClient(handler);

        handler.Scheme = "Bearer";
        Assert.Equal((401, null), await UserNameAsync(client));
        handler.Scheme = "DPoP";
        Assert.Equal((200, "alice"), await UserNameAsync(client));
    }

    [Fact]
    public async Task Userinfo_rejects_an_unbound_token_under_DPoP_and_ignores_a_proof_under_Bearer()
    {
        using var key = Realm.Dpop();
        using var handler = new DpopHandler(key, Realm.Token("alice").WithScope("openid").Create(), Realm.CreateHandler());
        using var client = new HttpClient(handler);

        Assert.Equal((401, null), await UserNameAsync(client));
        handler.Scheme = "Bearer";
        Assert.Equal((200, "alice"), await UserNameAsync(client));
    }

    private static HttpClient UserInfoClient(KeycloakRealm realm, DpopKey key, Func<DpopProofBuilder, DpopProofBuilder> change)
    {
        var token = realm.Token("alice").WithScope("openid").BoundTo(key).Create();
        return new HttpClient(new DpopHandler(key, token, realm.CreateHandler()) { ChangeProof = change });
    }

    private async Task<(int Status, string? UserName)> UserNameAsync(HttpClient client)
    {
        using var response = await client.GetAsync(Caller.UserInfoEndpoint, Cancellation);
        var answer = await Exchange.ReadAsync(response, Cancellation);
        return (answer.Status, answer.Status == 200 ? (string?)answer.Json["preferred_username"] : null);
    }
}
