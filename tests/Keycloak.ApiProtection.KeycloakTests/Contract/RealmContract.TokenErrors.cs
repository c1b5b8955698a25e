using System.Net;
using Keycloak.ApiProtection.KeycloakTests.Clients;

namespace Keycloak.ApiProtection.KeycloakTests.Contract;

public abstract partial class RealmContract
{
    private const string BadClient = "Invalid client or Invalid client credentials";

    [Theory]
    [InlineData(400, "invalid_request", "Missing form parameter: grant_type", "client_id=cli")]
    [InlineData(400, "unsupported_grant_type", "Unsupported grant_type", "client_id=cli&grant_type=no-such-grant")]
    [InlineData(401, "invalid_client", BadClient, "grant_type=password&username=alice&password=alice")]
    [InlineData(401, "invalid_client", BadClient, "grant_type=password&client_id=no-such-client&username=alice&password=alice")]
    [InlineData(401, "unauthorized_client", BadClient, "grant_type=client_credentials&client_id=batch&client_secret=wrong")]
    [InlineData(
        401, "unauthorized_client", "Public client not allowed to retrieve service account", "grant_type=client_credentials&client_id=cli")]
    [InlineData(
        400, "unauthorized_client", "Client not allowed for direct access grants",
        "grant_type=password&client_id=spa&username=alice&password=alice")]
    [InlineData(401, "invalid_request", "Missing parameter: username", "grant_type=password&client_id=cli")]
    [InlineData(400, "invalid_grant", "Account disabled", "grant_type=password&client_id=cli&username=carol&password=carol")]
    [InlineData(
        400, "invalid_scope", "Invalid scopes: no-such-scope",
        "grant_type=password&client_id=cli&username=alice&password=alice&scope=no-such-scope")]
    [InlineData(400, "invalid_request", "No refresh token", "grant_type=refresh_token&client_id=cli")]
    [InlineData(400, "invalid_grant", "Invalid refresh token", "grant_type=refresh_token&client_id=cli&refresh_token=junk")]
    public async Task The_token_endpoint_returns_the_usual_errors(int status, string error, string description, string form)
    {
        var answer = await PostTokenFormAsync(form);

        AssertError((HttpStatusCode)status, error, description, answer);
    }

    [Theory]
    [InlineData("alice", "wrong")]
    [InlineData("nobody", "nobody")]
    public async Task A_wrong_password_and_an_unknown_user_are_answered_alike(string user, string password)
    {
        var answer = await PostTokenFormAsync($"grant_type=password&client_id=cli&username={user}&password={password}");

        AssertError((HttpStatusCode)Differences.WrongPasswordStatus, "invalid_grant", "Invalid user credentials", answer);
    }

    [Fact]
    public async Task A_refresh_token_of_another_client_is_refused()
    {
        var refreshToken = (await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation)).RefreshToken;
        var answer = await Client.RefreshAsync(DemoClient.Exchanger, refreshToken.Compact, Cancellation);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), (answer.Http.Status, answer.Http.Error));
    }

    [Fact]
    public async Task The_token_endpoint_accepts_only_post()
    {
        var answer = await Client.SendAsync(HttpMethod.Get, Client.TokenEndpoint, null, Cancellation);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.Status);
    }

    private async Task<HttpAnswer> PostTokenFormAsync(string form)
    {
        var fields = form.Split('&').Select(field => field.Split('=', 2)).Select(pair => (pair[0], (string?)pair[1]));
        return (await Client.TokenAsync([.. fields], Cancellation)).Http;
    }
}
