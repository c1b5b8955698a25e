using System.Net;
using Keycloak.ApiProtection.KeycloakTests.Clients;
using Keycloak.ApiProtection.KeycloakTests.Realms;

namespace Keycloak.ApiProtection.KeycloakTests.Contract;

/// <summary>The contract on a real server, and what only a real server can be asked to do.</summary>
public abstract class KeycloakContract : RealmContract
{
    private readonly RealKeycloak _keycloak;

    protected KeycloakContract(RealKeycloak keycloak)
        : base(keycloak)
    {
        Assert.SkipWhen(keycloak.Missing is not null, keycloak.Missing ?? "");
        _keycloak = keycloak;
    }

    [Fact]
    public async Task An_attribute_of_the_client_changes_its_next_token()
    {
        const string attribute = "access.token.signed.response.alg";
        await _keycloak.SetClientAttributeAsync("no-audience", attribute, "ES256", Cancellation);
        try
        {
            Assert.Equal("ES256", (await Client.PasswordAsync(DemoClient.NoAudience, "bob", Cancellation)).AccessToken.Algorithm);
        }
        finally
        {
            await _keycloak.SetClientAttributeAsync("no-audience", attribute, null, Cancellation);
        }

        Assert.Equal("RS256", (await Client.PasswordAsync(DemoClient.NoAudience, "bob", Cancellation)).AccessToken.Algorithm);
    }

    [Fact]
    public async Task A_dpop_client_gets_a_token_bound_to_its_key_where_dpop_is_supported()
    {
        using var key = new DpopKey();
        var answer = await Client.PasswordAsync(
            DemoClient.Dpop, "alice", Cancellation, dpop: key.Proof(HttpMethod.Post, Client.TokenEndpoint));

        var token = answer.AccessToken;
        Assert.Equal(Differences.SupportsDpop ? "DPoP" : "Bearer", token.Kind);
        Assert.Equal(token.Kind, answer.TokenType);
        Assert.Equal(Differences.SupportsDpop, token.Payload.TryGetProperty("cnf", out var confirmation));
        if (Differences.SupportsDpop)
        {
            Assert.Equal(key.Thumbprint, confirmation.GetProperty("jkt").GetString());
        }
    }

    [Fact]
    public async Task A_dpop_client_without_a_fresh_proof_is_refused_where_dpop_is_supported()
    {
        using var key = new DpopKey();
        var proof = key.Proof(HttpMethod.Post, Client.TokenEndpoint);
        var without = await Client.PasswordAsync(DemoClient.Dpop, "alice", Cancellation);
        var first = await Client.PasswordAsync(DemoClient.Dpop, "alice", Cancellation, dpop: proof);
        var replayed = await Client.PasswordAsync(DemoClient.Dpop, "alice", Cancellation, dpop: proof);

        Assert.Equal(HttpStatusCode.OK, first.Http.Status);
        if (Differences.SupportsDpop)
        {
            AssertError(HttpStatusCode.BadRequest, "invalid_request", "DPoP proof is missing", without.Http);
            AssertError(HttpStatusCode.BadRequest, "invalid_request", "DPoP proof has already been used", replayed.Http);
        }
        else
        {
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (without.Http.Status, replayed.Http.Status));
        }
    }

    [Fact]
    public async Task An_exchanged_token_is_for_the_audience_asked_for_and_keeps_the_session()
    {
        var subject = (await Client.PasswordAsync(DemoClient.Exchanger, "alice", Cancellation)).AccessToken;
        var answer = await Client.ExchangeAsync(DemoClient.Exchanger, subject.Compact, "orders-api", Cancellation);

        if (!Differences.SupportsTokenExchange)
        {
            AssertError(HttpStatusCode.Forbidden, "access_denied", "Client not allowed to exchange", answer.Http);
            return;
        }

        var token = answer.AccessToken;
        Assert.Equal("orders-api", token.Text("aud"));
        Assert.Equal(("exchanger", "alice"), (token.Text("azp"), token.Text("preferred_username")));
        Assert.Equal(subject.Text("sid"), token.Text("sid"));
        Assert.StartsWith("onrtte:", token.Text("jti"), StringComparison.Ordinal);
        Assert.Equal("urn:ietf:params:oauth:token-type:access_token", answer.Required("issued_token_type"));
        Assert.False(answer.Has("refresh_token"));
    }

    [Fact]
    public async Task An_exchanged_token_opens_what_its_scopes_and_roles_allow()
    {
        var subject = (await Client.PasswordAsync(DemoClient.Exchanger, "alice", Cancellation)).AccessToken;
        var answer = await Client.ExchangeAsync(DemoClient.Exchanger, subject.Compact, "orders-api", Cancellation);
        Assert.Equal(Differences.SupportsTokenExchange, answer.Has("access_token"));
        if (answer.Has("access_token"))
        {
            await using var api = await StartApiAsync();

            Assert.Equal("200 200 200 200 403 200", Statuses(await api.CallAllAsync(answer.AccessToken.Compact, Cancellation)));
        }
    }
}
