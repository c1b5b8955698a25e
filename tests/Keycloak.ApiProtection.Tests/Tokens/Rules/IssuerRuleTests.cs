using Keycloak.ApiProtection.Tests.Realms;

namespace Keycloak.ApiProtection.Tests.Tokens.Rules;

public sealed class IssuerRuleTests
{
    [Fact]
    public async Task A_token_issued_by_this_realm_is_accepted()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice));
    }

    [Theory]
    [InlineData("https://evil.example/realms/demo")]
    [InlineData("http://kc.example/realms/demo")]
    [InlineData("https://kc.example/realms/demo/")]
    [InlineData("https://kc.example/realms/Demo")]
    [InlineData("https://KC.example/realms/demo")]
    [InlineData("https://kc.example:443/realms/demo")]
    [InlineData("https://kc.example/realms/demo2")]
    [InlineData("https://kc.example/realms/dem")]
    [InlineData("https://kc.example/realms/./demo")]
    [InlineData("https://kc.example/realms/demo ")]
    [InlineData("https://kc.example/realms/demo\0")]
    [InlineData(" https://kc.example/realms/demo")]
    [InlineData("https://kc.example/realms/d\u0435mo")]
    [InlineData("")]
    public async Task An_issuer_that_differs_in_any_character_is_rejected(string issuer)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("issuer", await api.VerdictAsync(api.Alice.WithText("iss", issuer)));
        api.AssertNoFurtherRequests();
    }

    [Fact]
    public async Task A_token_without_an_issuer_is_rejected()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("issuer", await api.VerdictAsync(api.Alice.Without("iss")));
    }

    [Theory]
    [InlineData("""
        "https:\/\/kc.example\/realms\/demo"
        """)]
    [InlineData("""
        "\u0068ttps://kc.example/realms/dem\u006F"
        """)]
    public async Task The_issuer_is_compared_after_JSON_unescaping(string json)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With("iss", json)));
        Assert.Equal("issuer", await api.VerdictAsync(api.Alice.With("iss", json.Replace("kc.", "kd.", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task With_two_valid_issuers_both_are_accepted_and_a_third_is_rejected()
    {
        using var api = await OrdersApi.StartAsync(OrdersApi.Asking(issuers: [RealmStub.Issuer, "https://new.example/realms/demo"]));

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice));
        var migrated = await api.AcceptAsync(api.Alice.WithText("iss", "https://new.example/realms/demo"));
        Assert.Equal("https://new.example/realms/demo", migrated.Claims.Issuer);
        Assert.Equal("issuer", await api.VerdictAsync(api.Alice.WithText("iss", "https://third.example/realms/demo")));
    }

    [Fact]
    public async Task An_issuer_with_non_ASCII_characters_is_compared_as_text()
    {
        const string Umlaut = "https://kc.example/realms/m\u00FCnchen";
        using var api = await OrdersApi.StartAsync(OrdersApi.Asking(issuers: [Umlaut]));

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With("iss", $"\"{Umlaut}\"")));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With("iss", "\"https://kc.example/realms/m\\u00fcnchen\"")));
        Assert.Equal("issuer", await api.VerdictAsync(api.Alice.With("iss", "\"https://kc.example/realms/mu\u0308nchen\"")));
    }
}
