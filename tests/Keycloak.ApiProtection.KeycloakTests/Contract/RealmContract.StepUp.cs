using Keycloak.ApiProtection.KeycloakTests.Clients;

namespace Keycloak.ApiProtection.KeycloakTests.Contract;

/// <summary>Endpoints that require a login at a level (RFC 9470).</summary>
public abstract partial class RealmContract
{
    [Fact]
    public async Task A_service_account_is_forbidden_where_a_login_is_required()
    {
        await using var api = await StartIntrospectingApiAsync();
        var token = (await Client.ClientCredentialsAsync(DemoClient.Batch, Cancellation)).AccessToken.Compact;

        var refused = await api.CallAsync("POST /transfers", token, Cancellation);

        Assert.Equal(403, refused.Status);
        Assert.Contains("A service account has no login", refused.Challenge, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_of_the_password_grant_is_challenged_because_it_has_no_login_page()
    {
        await using var api = await StartIntrospectingApiAsync();
        var token = (await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation)).AccessToken;

        var refused = await api.CallAsync("POST /transfers", token.Compact, Cancellation);

        Assert.Equal(401, refused.Status);
        Assert.EndsWith("acr_values=\"gold\", max_age=\"300\"", refused.Challenge, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lightweight_token_is_forbidden_because_it_does_not_contain_the_level()
    {
        await using var api = await StartIntrospectingApiAsync();
        var token = (await Client.PasswordAsync(DemoClient.Lightweight, "alice", Cancellation)).AccessToken;
        Assert.Null(token.Text("acr"));

        var refused = await api.CallAsync("POST /transfers", token.Compact, Cancellation);

        Assert.Equal(403, refused.Status);
        Assert.Contains("another login does not help", refused.Challenge, StringComparison.Ordinal);
    }
}
