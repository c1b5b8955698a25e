using Keycloak.ApiProtection.Tests.Realms;

namespace Keycloak.ApiProtection.Tests.Tokens.Rules;

public sealed class IssuerRuleTests
{
    [Fact]
    public async Task A_token_of_this_realm_is_accepted()
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
    public async Task An_issuer_that_is_not_letter_by_letter_the_valid_one_is_refused(string issuer)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("issuer", await api.VerdictAsync(api.Alice.WithText("iss", issuer)));
        api.AssertKeycloakWasLeftAlone();
    }

    [Fact]
    public async Task A_token_without_issuer_is_refused()
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
    public async Task An_issuer_is_compared_by_what_it_says_and_not_by_how_JSON_spells_it(string json)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With("iss", json)));
        Assert.Equal("issuer", await api.VerdictAsync(api.Alice.With("iss", json.Replace("kc.", "kd.", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task During_a_migration_both_issuers_are_valid_and_a_third_is_not()
    {
        using var api = await OrdersApi.StartAsync(OrdersApi.Asking(issuers: [FakeRealm.Issuer, "https://new.example/realms/demo"]));

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice));
        var migrated = await api.AcceptAsync(api.Alice.WithText("iss", "https://new.example/realms/demo"));
        Assert.Equal("https://new.example/realms/demo", migrated.Claims.Issuer);
        Assert.Equal("issuer", await api.VerdictAsync(api.Alice.WithText("iss", "https://third.example/realms/demo")));
    }

    [Fact]
    public async Task An_issuer_of_other_than_ASCII_letters_is_compared_as_text()
    {
        const string Umlaut = "https://kc.example/realms/m\u00FCnchen";
        using var api = await OrdersApi.StartAsync(OrdersApi.Asking(issuers: [Umlaut]));

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With("iss", $"\"{Umlaut}\"")));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.With("iss", "\"https://kc.example/realms/m\\u00fcnchen\"")));
        Assert.Equal("issuer", await api.VerdictAsync(api.Alice.With("iss", "\"https://kc.example/realms/mu\u0308nchen\"")));
    }
}
