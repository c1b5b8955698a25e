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
    public async Task A_token_for_several_apis_one_of_them_this_one_is_accepted(string audience)
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
    public async Task A_token_for_another_api_is_refused(string audience)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("audience", await api.VerdictAsync(api.Alice.With("aud", audience)));
        api.AssertKeycloakWasLeftAlone();
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
    public async Task An_audience_that_is_neither_text_nor_a_list_of_texts_is_refused(string audience)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("payload", await api.VerdictAsync(api.Alice.With("aud", audience)));
        api.AssertKeycloakWasLeftAlone();
    }

    [Fact]
    public async Task A_regular_token_without_audience_is_refused()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("audience", await api.VerdictAsync(api.Alice.Without("aud")));
        Assert.Equal("audience", await api.VerdictAsync(api.Token(KeycloakPayloads.NoAudience)));
    }

    [Fact]
    public async Task The_client_that_got_the_token_is_no_audience()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("audience", await api.VerdictAsync(api.Alice.With("aud", "\"account\"").WithText("azp", OrdersApi.Audience)));
    }

    [Fact]
    public async Task An_api_with_two_names_takes_tokens_for_either()
    {
        using var api = await OrdersApi.StartAsync(OrdersApi.Asking(audiences: ["billing", OrdersApi.Audience]));

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With("aud", "\"billing\"")));
        Assert.Equal("audience", await api.VerdictAsync(api.Alice.With("aud", "\"account\"")));
    }

    [Fact]
    public async Task An_api_that_asks_for_no_audience_takes_any_and_still_wants_it_well_formed()
    {
        using var api = await OrdersApi.StartAsync(OrdersApi.Asking(anyAudience: true));

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With("aud", "\"account\"")));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.Without("aud")));
        Assert.Equal("payload", await api.VerdictAsync(api.Alice.With("aud", "[1]")));
    }

    [Fact]
    public async Task The_last_of_a_thousand_audiences_counts_as_well()
    {
        using var api = await OrdersApi.StartAsync();
        var many = string.Join(',', Enumerable.Range(0, 1000).Select(number => $"\"a{number}\""));

        Assert.Equal("audience", await api.VerdictAsync(api.Alice.With("aud", $"[{many}]")));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With("aud", $"[{many},\"orders-api\"]")));
    }
}
