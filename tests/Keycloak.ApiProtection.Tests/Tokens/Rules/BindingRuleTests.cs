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
}
