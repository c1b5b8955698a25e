using System.Net;
using Keycloak.ApiProtection.KeycloakTests.Clients;

namespace Keycloak.ApiProtection.KeycloakTests.Contract;

public abstract partial class RealmContract
{
    [Theory]
    [InlineData("orders-api")]
    [InlineData("gateway")]
    public async Task An_api_in_the_audience_gets_an_active_response_with_all_claims(string api)
    {
        var token = (await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation)).AccessToken;
        var answer = AssertActive(await Client.IntrospectAsync(new DemoClient(api, $"{api}-secret"), token.Compact, Cancellation));

        Assert.Equal("application/json", answer.MediaType);
        Assert.Equal("no-cache", answer.Headers["Cache-Control"]);
        Assert.Equal(("cli", "alice", "Bearer"), (answer.Member("client_id"), answer.Member("username"), answer.Member("token_type")));
        var claims = answer.Json.EnumerateObject().Select(claim => claim.Name).Order(StringComparer.Ordinal);
        Assert.Equal(Sorted([.. token.ClaimNames, "active", "client_id", "token_type", "username"]), claims);
        Assert.All(["jti", "iss", "sub", "sid", "scope"], claim => Assert.Equal(token.Text(claim), answer.Member(claim)));
    }

    [Fact]
    public async Task The_introspection_response_for_a_lightweight_token_contains_the_missing_claims()
    {
        var token = (await Client.PasswordAsync(DemoClient.Lightweight, "alice", Cancellation)).AccessToken;
        var answer = AssertActive(await Client.IntrospectAsync(DemoClient.OrdersApi, token.Compact, Cancellation));

        Assert.Contains("orders-api", Strings(answer.Json.GetProperty("aud")));
        Assert.Equal("alice", answer.Member("preferred_username"));
        Assert.True(answer.Json.TryGetProperty("realm_access", out _));
    }

    [Fact]
    public async Task A_client_outside_the_audience_gets_an_inactive_response_since_26_6_2()
    {
        var token = (await Client.PasswordAsync(DemoClient.Cli, "bob", Cancellation)).AccessToken;
        Assert.DoesNotContain("shipping-api", token.Audiences);
        var answer = await Client.IntrospectAsync(DemoClient.ShippingApi, token.Compact, Cancellation);

        if (Differences.IntrospectionChecksAudience)
        {
            AssertInactive(answer);
        }
        else
        {
            AssertActive(answer);
        }
    }

    [Fact]
    public async Task A_token_issued_through_one_host_is_inactive_when_introspected_through_another()
    {
        var token = (await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation)).AccessToken.Compact;

        AssertInactive(await Client.IntrospectAsync(DemoClient.OrdersApi, token, Cancellation, host: OtherHost));
        AssertActive(await Client.IntrospectAsync(DemoClient.OrdersApi, token, Cancellation));
    }

    [Fact]
    public async Task An_id_token_is_active_for_its_own_client_so_the_token_type_must_be_checked()
    {
        var answer = await Client.PasswordAsync(DemoClient.Exchanger, "alice", Cancellation);
        var introspection = AssertActive(await Client.IntrospectAsync(DemoClient.Exchanger, answer.IdToken.Compact, Cancellation));

        Assert.Equal("ID", introspection.Member("token_type"));
    }

    [Fact]
    public async Task A_refresh_token_is_active_for_its_own_client_before_26_only()
    {
        var answer = await Client.PasswordAsync(DemoClient.Exchanger, "alice", Cancellation);
        var introspection = await Client.IntrospectAsync(DemoClient.Exchanger, answer.RefreshToken.Compact, Cancellation);

        if (Differences.IntrospectionKnowsRefreshTokens)
        {
            Assert.Equal("Refresh", AssertActive(introspection).Member("token_type"));
        }
        else
        {
            AssertInactive(introspection);
        }
    }

    [Fact]
    public async Task A_malformed_or_tampered_token_is_inactive_without_further_details()
    {
        var token = (await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation)).AccessToken.Compact;

        AssertInactive(await Client.IntrospectAsync(DemoClient.OrdersApi, "junk", Cancellation));
        AssertInactive(await Client.IntrospectAsync(DemoClient.OrdersApi, Tampered(token), Cancellation));
    }

    [Fact]
    public async Task An_invalid_introspection_request_is_an_error_and_never_inactive()
    {
        var token = (await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation)).AccessToken.Compact;

        var wrongSecret = await Client.IntrospectAsync(DemoClient.OrdersApi with { Secret = "wrong" }, token, Cancellation);
        Assert.Equal((HttpStatusCode.Unauthorized, Differences.IntrospectionBadSecretError), (wrongSecret.Status, wrongSecret.Error));
        var publicClient = await Client.IntrospectAsync(DemoClient.Cli, token, Cancellation);
        AssertError(HttpStatusCode.Forbidden, "invalid_request", "Client not allowed.", publicClient);
        var noToken = await Client.IntrospectAsync(DemoClient.OrdersApi, null, Cancellation);
        AssertError(HttpStatusCode.BadRequest, "invalid_request", "Token not provided.", noToken);
        var badHint = await Client.IntrospectAsync(DemoClient.OrdersApi, token, Cancellation, hint: "foo");
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (badHint.Status, badHint.Error));
    }
}
