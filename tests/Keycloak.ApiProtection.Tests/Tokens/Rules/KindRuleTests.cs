using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection.Tests.Tokens.Rules;

public sealed class KindRuleTests
{
    [Theory]
    [InlineData("Bearer")]
    [InlineData("bearer")]
    [InlineData("BEARER")]
    public async Task The_kind_Bearer_is_accepted_in_any_letter_case(string kind)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice.WithText("typ", kind)));
    }

    [Theory]
    [InlineData("ID", "kind_id")]
    [InlineData("id", "kind_id")]
    [InlineData("Refresh", "kind_refresh")]
    [InlineData("Offline", "kind_offline")]
    [InlineData("Logout", "kind_logout")]
    [InlineData("InitialAccessToken", "kind_registration")]
    [InlineData("RegistrationAccessToken", "kind_registration")]
    [InlineData("Serialized-ID", "kind_identity_cookie")]
    [InlineData("DPoP", "bound_dpop")]
    [InlineData("dpop", "bound_dpop")]
    [InlineData("execute-actions", "kind_other")]
    [InlineData("Bearer ", "kind_other")]
    [InlineData("", "kind_other")]
    [InlineData("B\u0435arer", "kind_other")]
    [InlineData("Bearer\0", "kind_other")]
    public async Task Other_kinds_of_tokens_are_rejected_with_a_specific_code_even_if_the_realm_signed_them(string kind, string code)
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal(code, await api.VerdictAsync(api.Alice.WithText("typ", kind)));
        api.AssertNoFurtherRequests();
    }

    [Fact]
    public async Task A_kind_with_JSON_escapes_is_rejected_because_Keycloak_does_not_write_them()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("kind_other", await api.VerdictAsync(api.Alice.With("typ", "\"Be\\u0061rer\"")));
    }

    [Fact]
    public async Task A_token_without_a_kind_is_rejected()
    {
        using var api = await OrdersApi.StartAsync();

        Assert.Equal("kind_missing", await api.VerdictAsync(api.Alice.Without("typ")));
    }

    [Fact]
    public async Task An_ID_token_for_this_api_is_rejected_even_with_the_correct_audience()
    {
        using var api = await OrdersApi.StartAsync();
        var id = api.Token(KeycloakPayloads.Id);

        Assert.Equal("kind_id", await api.VerdictAsync(id));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(id.WithText("typ", "Bearer")));
    }

    [Fact]
    public async Task A_logout_token_is_rejected_by_its_header_type_or_for_Keycloak_24_by_its_kind()
    {
        using var api = await OrdersApi.StartAsync();
        var logout = api.Token(KeycloakPayloads.Logout);

        Assert.Equal("header_type", await api.VerdictAsync(logout.WithHeader("typ", "\"logout+jwt\"")));
        Assert.Equal("kind_logout", await api.VerdictAsync(logout));
    }

    [Theory]
    [InlineData(KeycloakPayloads.Refresh, "kind_refresh")]
    [InlineData(KeycloakPayloads.Offline, "kind_offline")]
    [InlineData(KeycloakPayloads.Lightweight, "algorithm_symmetric")]
    public async Task Tokens_that_Keycloak_signs_with_its_own_secret_are_rejected_with_a_specific_code(string payload, string code)
    {
        using var api = await OrdersApi.StartAsync();
        var token = api.Token(payload)
            .WithHeader("kid", "\"2d3b1807-1507-47cc-8223-a50b9dc6512e\"")
            .SignedWithSecret("HS512", new byte[64]);

        Assert.Equal(code, await api.VerdictAsync(token));
        Assert.Equal(code, await api.VerdictAsync(token.SignedWithSecret("HS256", new byte[64])));
        api.AssertNoFurtherRequests();
    }
}
