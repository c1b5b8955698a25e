namespace Keycloak.ApiProtection.Tests.Tokens.Rules;

public sealed class AudienceRuleTests
{
    [Theory]
    [InlineData("\"orders-api\"")]
    [InlineData("[\"orders-api\"]")]
    [InlineData("[\"account\",\"gateway\",\"orders-api\"]")]
    [InlineData("[ \"account\" , \"orders-api\" , \"account\" ]")]
    [InlineData("[\"orders-api\",\"orders-api\"]")]
    [InlineData("\"orders\\u002Dapi\"")]
    [InlineData("[\"account\",\"\\u006Frders-api\"]")]
    [InlineData("[\"a\\\"]\",\"orders-api\"]")]
    public async Task A_token_for_several_apis_including_this_one_is_accepted(string audience)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With("aud", audience)));
    }

    [Theory]
    [InlineData("\"account\"")]
    [InlineData("[\"account\"]")]
    [InlineData("[]")]
    [InlineData("[ ]")]
    [InlineData("\"\"")]
    [InlineData("[\"\"]")]
    [InlineData("\"orders-api \"")]
    [InlineData("\"Orders-Api\"")]
    [InlineData("\"orders-api2\"")]
    [InlineData("\"orders-ap\"")]
    [InlineData("\"orders-api,account\"")]
    [InlineData("\"orders-api account\"")]
    [InlineData("\"[\\\"orders-api\\\"]\"")]
    [InlineData("\"orders\\u002dapi\\u0000\"")]
    [InlineData("[\"\\\",\\\"orders-api\"]")]
    public async Task A_token_for_another_api_is_rejected(string audience)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("audience", await api.VerdictAsync(api.Alice.With("aud", audience)));
        api.AssertNoFurtherRequests();
    }

    [Theory]
    [InlineData("[\"orders-api\",1]")]
    [InlineData("[\"orders-api\",null]")]
    [InlineData("[null]")]
    [InlineData("[[\"orders-api\"]]")]
    [InlineData("[\"orders-api\",{}]")]
    [InlineData("{\"orders-api\":true}")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("17")]
    public async Task An_audience_that_is_neither_a_string_nor_a_list_of_strings_is_rejected(string audience)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("payload", await api.VerdictAsync(api.Alice.With("aud", audience)));
        api.AssertNoFurtherRequests();
    }

    [Fact]
    public async Task A_regular_token_without_an_audience_is_rejected()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("audience", await api.VerdictAsync(api.Alice.Without("aud")));
        Assert.Equal("audience", await api.VerdictAsync(api.Token(KeycloakPayloads.NoAudience)));
    }

    [Fact]
    public async Task The_client_that_requested_the_token_is_not_an_audience()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("audience", await api.VerdictAsync(api.Alice.With("aud", "\"account\"").WithText("azp", OrdersApi.Audience)));
    }

    [Fact]
    public async Task An_api_with_two_audiences_accepts_tokens_for_either()
    {
        using var api = await OrdersApi.StartAsync(OrdersApi.Asking(audiences: ["billing", OrdersApi.Audience]));

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With("aud", "\"billing\"")));
        Assert.Equal("audience", await api.VerdictAsync(api.Alice.With("aud", "\"account\"")));
    }

    [Fact]
    public async Task An_api_that_requires_no_audience_accepts_any_well_formed_audience()
    {
        using var api = await OrdersApi.StartAsync(OrdersApi.Asking(anyAudience: true));

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With("aud", "\"account\"")));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.Without("aud")));
        Assert.Equal("payload", await api.VerdictAsync(api.Alice.With("aud", "[1]")));
    }

    [Fact]
    public async Task The_last_of_a_thousand_audiences_is_checked_too()
    {
        using var api = await OrdersApi.StartAsync();
        var many = string.Join(',', Enumerable.Range(0, 1000).Select(number => $"\"a{number}\""));

        Assert.Equal("audience", await api.VerdictAsync(api.Alice.With("aud", $"[{many}]")));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With("aud", $"[{many},\"orders-api\"]")));
    }
}
