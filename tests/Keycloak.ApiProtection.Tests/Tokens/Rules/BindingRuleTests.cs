using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection.Tests.Tokens.Rules;

public sealed class BindingRuleTests
{
    [Fact]
    public async Task A_token_bound_by_DPoP_is_rejected_and_without_its_binding_it_is_accepted()
    {
        using var api = await OrdersApi.StartAsync();
        var bound = api.Token(KeycloakPayloads.DPoP);

        Assert.Equal("bound_dpop", await api.VerdictAsync(bound));
        Assert.Equal("bound_dpop", await api.VerdictAsync(bound.WithText("typ", "Bearer")));
        Assert.Equal("bound_dpop", await api.VerdictAsync(bound.Without("cnf")));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(bound.Without("cnf").WithText("typ", "Bearer")));
    }

    [Theory]
    [InlineData("""{"x5t#S256":"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}""", "bound_certificate")]
    [InlineData("""{"jkt":"UN-9BygUxBqeel0DgufvGzMCGOU4l3GU4vf6ozNlC2o","x5t#S256":"bwcK0esc3ACC3DB2Y5"}""", "bound_dpop")]
    [InlineData("""{"jkt":1}""", "bound_dpop")]
    [InlineData("""{"jwk":{"kty":"EC"}}""", "bound")]
    [InlineData("""{"kid":"one"}""", "bound")]
    [InlineData("{}", "bound")]
    [InlineData("""{"\u006Akt":"UN-9BygUxBqeel0DgufvGzMCGOU4l3GU4vf6ozNlC2o"}""", "bound")]
    [InlineData("""{"a":1,"a":2,"jkt":"x"}""", "bound")]
    [InlineData("""{"1":1,"2":2,"3":3,"4":4,"5":5,"6":6,"7":7,"8":8,"9":9,"jkt":"x"}""", "bound")]
    public async Task A_token_with_cnf_is_rejected_whatever_it_contains(string cnf, string code)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal(code, await api.VerdictAsync(api.Alice.With("cnf", cnf)));
        api.AssertNoFurtherRequests();
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"UN-9BygUxBqeel0DgufvGzMCGOU4l3GU4vf6ozNlC2o\"")]
    [InlineData("0")]
    [InlineData("false")]
    public async Task A_token_with_a_cnf_that_is_not_an_object_is_rejected(string cnf)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("payload", await api.VerdictAsync(api.Alice.With("cnf", cnf)));
    }

    [Fact]
    public async Task A_claim_with_a_name_similar_to_cnf_is_not_a_binding()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With("CNF", "{\"jkt\":\"x\"}")));
        Assert.Equal("payload", await api.VerdictAsync(api.Alice.And("\"c\\u006Ef\":{\"jkt\":\"x\"}")));
    }

    private const string Jkt = "UN-9BygUxBqeel0DgufvGzMCGOU4l3GU4vf6ozNlC2o";
    private const string X5t = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg4";

    [Theory]
    [InlineData("DPoP", $$"""{"jkt":"{{Jkt}}","kc-jkt-type":"DPoP"}""", Jkt, null)]
    [InlineData("Bearer", $$"""{"jkt":"{{Jkt}}"}""", Jkt, null)]
    [InlineData("Bearer", $$"""{"x5t#S256":"{{X5t}}"}""", null, X5t)]
    [InlineData("DPoP", $$"""{"jkt":"{{Jkt}}","x5t#S256":"{{X5t}}"}""", Jkt, X5t)]
    public async Task If_proofs_are_verified_a_bound_token_is_accepted_and_says_what_it_is_bound_to(
        string kind, string cnf, string? key, string? certificate)
    {
        using var api = await OrdersApi.StartAsync();
        var verifier = api.Remember(Verifying(api.Policy));
        var token = api.Alice.WithText("typ", kind).With("cnf", cnf).Text;

        // The second time, the token is found in the cache.
        for (var time = 0; time < 2; time++)
        {
            var verification = await verifier.VerifyAsync(token.AsMemory(), TestContext.Current.CancellationToken);
            Assert.True(verification.IsAccepted(out var accepted));
            Assert.Equal((key, certificate), (accepted.Confirmation?.KeyThumbprint, accepted.Confirmation?.CertificateThumbprint));
        }

        Assert.NotEqual(OrdersApi.Accepted, await api.VerdictAsync(token));
        Assert.Null((await api.AcceptAsync(api.Alice)).Confirmation);
    }

    [Theory]
    [InlineData("Bearer", "{}", "bound")]
    [InlineData("Bearer", """{"kc-jkt-type":"DPoP"}""", "bound")]
    [InlineData("Bearer", """{"jwk":{"kty":"EC"}}""", "bound")]
    [InlineData("Bearer", $$"""{"jkt":"{{Jkt}}","kid":"one"}""", "bound")]
    [InlineData("Bearer", $$"""{"jkt":"{{Jkt}}","jkt":"{{Jkt}}"}""", "bound")]
    [InlineData("Bearer", $$"""{"\u006Akt":"{{Jkt}}"}""", "bound")]
    [InlineData("Bearer", """{"jkt":1}""", "bound_malformed")]
    [InlineData("Bearer", """{"jkt":null}""", "bound_malformed")]
    [InlineData("Bearer", """{"jkt":""}""", "bound_malformed")]
    [InlineData("Bearer", $$"""{"jkt":"{{Jkt}}="}""", "bound_malformed")]
    [InlineData("Bearer", $$"""{"jkt":"{{Jkt}}A"}""", "bound_malformed")]
    [InlineData("Bearer", """{"jkt":"UN+9BygUxBqeel0DgufvGzMCGOU4l3GU4vf6ozNlC2o"}""", "bound_malformed")]
    [InlineData("Bearer", """{"jkt":"UN-9BygUxBqeel0DgufvGzMCGOU4l3GU4vf6ozNlC2p"}""", "bound_malformed")]
    [InlineData("Bearer", $$"""{"jkt":"{{Jkt}}","x5t#S256":"AAAA"}""", "bound_malformed")]
    [InlineData("DPoP", $$"""{"x5t#S256":"{{X5t}}"}""", "bound_without_key")]
    [InlineData("dpop", $$"""{"x5t#S256":"{{X5t}}"}""", "bound_without_key")]
    [InlineData("DPoP", null, "bound_without_key")]
    [InlineData("ID", $$"""{"jkt":"{{Jkt}}"}""", "kind_id")]
    public async Task If_proofs_are_verified_an_unknown_or_malformed_binding_is_still_rejected(string kind, string? cnf, string code)
    {
        using var api = await OrdersApi.StartAsync();
        var verifier = api.Remember(Verifying(api.Policy));
        var token = api.Alice.WithText("typ", kind);

        Assert.Equal(code, await OrdersApi.VerdictAsync(verifier, (cnf is null ? token : token.With("cnf", cnf)).Text));
        Assert.Equal(OrdersApi.Accepted, await OrdersApi.VerdictAsync(verifier, api.Alice.With("cnf", $$"""{"jkt":"{{Jkt}}"}""").Text));
    }

    [Fact]
    public async Task If_proofs_are_verified_a_bound_token_signed_with_a_secret_is_rejected_for_its_algorithm()
    {
        using var api = await OrdersApi.StartAsync();
        var token = api.Token(KeycloakPayloads.DPoP).SignedWithSecret("HS256", [1, 2, 3]).Text;

        Assert.Equal("algorithm_symmetric", await OrdersApi.VerdictAsync(api.Remember(Verifying(api.Policy)), token));
        Assert.Equal("bound_dpop", await api.VerdictAsync(token));
    }

    private static Keycloak.ApiProtection.Tokens.TokenPolicy Verifying(Keycloak.ApiProtection.Tokens.TokenPolicy policy) => new()
    {
        MaximumSize = policy.MaximumSize,
        Algorithms = policy.Algorithms,
        Issuers = policy.Issuers,
        Audiences = policy.Audiences,
        ClockSkew = policy.ClockSkew,
        Claims = policy.Claims,
        VerifiesProofs = true,
    };
}
