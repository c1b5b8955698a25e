namespace Keycloak.ApiProtection.Tests.Tokens.Rules;

public sealed class LightweightRuleTests
{
    [Theory]
    [InlineData(KeycloakPayloads.Lightweight)]
    [InlineData(KeycloakPayloads.Lightweight24)]
    public async Task A_lightweight_token_is_rejected_as_lightweight_and_not_for_its_missing_audience(string payload)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("lightweight", await api.VerdictAsync(api.Token(payload)));
        api.AssertNoFurtherRequests();
    }

    [Fact]
    public async Task A_lightweight_token_is_rejected_even_if_audiences_are_not_checked()
    {
        using var api = await OrdersApi.StartAsync(OrdersApi.Asking(anyAudience: true));

        Assert.Equal("lightweight", await api.VerdictAsync(api.Token(KeycloakPayloads.Lightweight)));
    }

    [Theory]
    [InlineData("aud", "\"orders-api\"", OrdersApi.Accepted)]
    [InlineData("aud", "\"account\"", "audience")]
    [InlineData("aud", "[]", "audience")]
    [InlineData("realm_access", "{\"roles\":[\"admin\"]}", "audience")]
    [InlineData("resource_access", "{}", "audience")]
    public async Task A_lightweight_token_with_an_audience_or_roles_is_checked_like_any_token(string claim, string json, string verdict)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal(verdict, await api.VerdictAsync(api.Token(KeycloakPayloads.Lightweight).With(claim, json)));
    }

    [Theory]
    [InlineData("onrtro:792556b5-4596-aedf-8590-29dde2dc2280", "audience")]
    [InlineData("trrtcc:7", "audience")]
    [InlineData("onltro:792556b5-4596-aedf-8590-29dde2dc2280", "lightweight")]
    [InlineData("onrtro:", "lightweight")]
    [InlineData("onrtro7925", "lightweight")]
    [InlineData("dd623df1-c143-4bcf-9752-0a45bc21b54f", "lightweight")]
    [InlineData("", "lightweight")]
    public async Task Without_audience_and_roles_the_token_id_distinguishes_lightweight_tokens_from_regular_ones(string id, string code)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal(code, await api.VerdictAsync(api.Token(KeycloakPayloads.Lightweight).WithText("jti", id)));
    }
}
