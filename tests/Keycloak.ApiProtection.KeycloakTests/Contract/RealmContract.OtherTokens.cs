using System.Net;
using Keycloak.ApiProtection.KeycloakTests.Clients;

namespace Keycloak.ApiProtection.KeycloakTests.Contract;

public abstract partial class RealmContract
{
    [Fact]
    public async Task The_token_response_contains_the_lifetimes_of_its_tokens_and_forbids_caching()
    {
        var answer = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);

        Assert.Equal((HttpStatusCode.OK, "application/json"), (answer.Http.Status, answer.Http.MediaType));
        Assert.Equal(("no-store", "no-cache"), (answer.Http.Headers["Cache-Control"], answer.Http.Headers["Pragma"]));
        // Keycloak subtracts the current second from the expiry when it writes the response, and a refresh token expires relative to the
        // second in which its session started. If the second changes in between, the remaining lifetime is one second shorter.
        Assert.InRange(answer.Number("expires_in"), 299, 300);
        Assert.InRange(answer.Number("refresh_expires_in"), 1799, 1800);
        Assert.Equal(0, answer.Number("not-before-policy"));
        Assert.Equal("Bearer", answer.TokenType);
        Assert.Equal(answer.AccessToken.Text("sid"), answer.Required("session_state"));
    }

    [Fact]
    public async Task An_id_token_has_its_client_as_audience_the_type_ID_and_the_header_of_an_access_token()
    {
        var answer = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation);

        var token = answer.IdToken;
        Assert.Equal(("ID", "JWT", "RS256"), (token.Kind, token.Type, token.Algorithm));
        Assert.Equal(answer.AccessToken.KeyId, token.KeyId);
        Assert.Equal(["cli"], token.Audiences);
        string[] expected =
        [
            "exp", "iat", "jti", "iss", "aud", "sub", "typ", "azp", "sid", "at_hash", "acr",
            .. ProfileAndEmailClaims, .. Differences.HasBasicScope ? [] : new[] { "session_state", "auth_time" },
        ];
        Assert.Equal(Sorted(expected), token.ClaimNames);
    }

    [Fact]
    public async Task A_refresh_token_is_signed_with_a_key_that_is_not_published()
    {
        var token = (await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation)).RefreshToken;

        Assert.Equal(("Refresh", "JWT", "HS512"), (token.Kind, token.Type, token.Algorithm));
        Assert.DoesNotContain(token.KeyId, await KeyIdsAsync());
        Assert.Equal([Client.Issuer.ToString()], token.Audiences);

        // The expiry counts from the second in which the session started. The token may be issued in the next one.
        Assert.InRange(token.Number("exp") - token.Number("iat"), 1799, 1800);
        Assert.Equal(Differences.RefreshTokenNamesAudience, token.Payload.TryGetProperty("aud_x", out _));
    }

    [Fact]
    public async Task An_offline_token_never_expires()
    {
        var answer = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation, "openid offline_access");

        var token = answer.RefreshToken;
        Assert.Equal(("Offline", "HS512"), (token.Kind, token.Algorithm));
        Assert.DoesNotContain("exp", token.ClaimNames);
        Assert.Equal(0, answer.Number("refresh_expires_in"));
        Assert.Contains("offline_access", answer.AccessToken.Scopes);
    }

    [Fact]
    public async Task A_refresh_keeps_the_session_and_issues_a_new_token()
    {
        var first = await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation, "openid orders:write groups");
        var second = await Client.RefreshAsync(DemoClient.Cli, first.RefreshToken.Compact, Cancellation);

        Assert.Equal(first.AccessToken.Text("sid"), second.AccessToken.Text("sid"));
        Assert.NotEqual(first.AccessToken.Text("jti"), second.AccessToken.Text("jti"));
        Assert.Equal(first.AccessToken.Scopes, second.AccessToken.Scopes);
        Assert.Equal(first.AccessToken.ClaimNames, second.AccessToken.ClaimNames);
    }

    [Fact]
    public async Task A_client_bound_by_mutual_tls_gets_no_token_over_plain_http()
    {
        var answer = await Client.PasswordAsync(DemoClient.Mtls, "alice", Cancellation);

        AssertError(HttpStatusCode.BadRequest, "invalid_request", "Client Certification missing for MTLS HoK Token Binding", answer.Http);
    }

    [Fact]
    public async Task A_token_issued_over_mutual_tls_contains_the_certificate_and_has_the_type_Bearer()
    {
        var compact = await Realm.MutualTlsTokenAsync("alice", Cancellation);

        Assert.Equal(Differences.IssuesCertificateBoundTokens, compact is not null);
        if (compact is not null)
        {
            var token = Jwt.Parse(compact);
            Assert.Equal(("Bearer", Client.Issuer.ToString()), (token.Kind, token.Text("iss")));
            Assert.Equal(["x5t#S256"], token.Payload.GetProperty("cnf").EnumerateObject().Select(member => member.Name));
        }
    }
}
