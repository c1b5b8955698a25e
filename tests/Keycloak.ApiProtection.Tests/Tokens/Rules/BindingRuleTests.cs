namespace Keycloak.ApiProtection.Tests.Tokens.Rules;

public sealed class BindingRuleTests
{
    [Fact]
    public async Task A_token_bound_by_DPoP_is_no_bearer_token_and_without_its_binding_it_is_one()
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
    public async Task Whatever_cnf_says_the_token_is_never_accepted(string cnf, string code)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal(code, await api.VerdictAsync(api.Alice.With("cnf", cnf)));
        api.AssertKeycloakWasLeftAlone();
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"UN-9BygUxBqeel0DgufvGzMCGOU4l3GU4vf6ozNlC2o\"")]
    [InlineData("0")]
    [InlineData("false")]
    public async Task A_cnf_that_is_no_object_does_not_make_the_token_unbound(string cnf)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("payload", await api.VerdictAsync(api.Alice.With("cnf", cnf)));
    }

    [Fact]
    public async Task A_claim_that_only_resembles_cnf_binds_nothing()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With("CNF", "{\"jkt\":\"x\"}")));
        Assert.Equal("payload", await api.VerdictAsync(api.Alice.And("\"c\\u006Ef\":{\"jkt\":\"x\"}")));
    }
}
