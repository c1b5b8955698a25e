using System.Net;
using Keycloak.ApiProtection.KeycloakTests.Clients;
using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.KeycloakTests.Contract;

public abstract partial class RealmContract
{
    [Fact]
    public async Task A_dpop_client_gets_a_token_bound_to_its_key_if_dpop_is_supported()
    {
        using var key = DpopKey.Create();
        var answer = await DpopAsync(key.Proof(HttpMethod.Post, Client.TokenEndpoint).Create());

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
    public async Task A_dpop_client_without_a_fresh_proof_is_rejected_if_dpop_is_supported()
    {
        using var key = DpopKey.Create();
        var proof = key.Proof(HttpMethod.Post, Client.TokenEndpoint).Create();
        var without = await DpopAsync(proof: null);
        var first = await DpopAsync(proof);
        var replayed = await DpopAsync(proof);

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
    public async Task An_exchanged_token_has_the_requested_audience_and_keeps_the_session()
    {
        var (subject, answer) = await ExchangeAsync();

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
    public async Task An_exchanged_token_gives_access_according_to_its_scopes_and_roles()
    {
        var (_, answer) = await ExchangeAsync();
        Assert.Equal(Differences.SupportsTokenExchange, answer.Has("access_token"));
        if (answer.Has("access_token"))
        {
            await using var api = await StartApiAsync();

            Assert.Equal("200 200 200 200 403 200", Statuses(await api.CallAllAsync(answer.AccessToken.Compact, Cancellation)));
        }
    }

    [Fact]
    public async Task An_exchange_for_an_unknown_audience_or_with_a_token_of_another_client_is_rejected()
    {
        if (Differences.SupportsTokenExchange)
        {
            var own = (await Client.PasswordAsync(DemoClient.Exchanger, "alice", Cancellation)).AccessToken;
            var unknown = await Client.ExchangeAsync(DemoClient.Exchanger, own.Compact, "no-such-client", Cancellation);
            AssertError(HttpStatusCode.BadRequest, "invalid_client", "Audience not found", unknown.Http);

            var foreign = (await Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation)).AccessToken;
            var others = await Client.ExchangeAsync(DemoClient.Exchanger, foreign.Compact, "orders-api", Cancellation);
            AssertError(HttpStatusCode.Forbidden, "access_denied", "Client is not within the token audience", others.Http);
        }
        else
        {
            AssertError(HttpStatusCode.Forbidden, "access_denied", "Client not allowed to exchange", (await ExchangeAsync()).Answer.Http);
        }
    }

    private Task<TokenAnswer> DpopAsync(string? proof) => Client.PasswordAsync(DemoClient.Dpop, "alice", Cancellation, dpop: proof);

    [Fact]
    public async Task An_exchanged_token_has_no_other_clients_roles_where_Keycloak_is_asked_about_it_either()
    {
        var (_, answer) = await ExchangeAsync();
        Assert.Equal(Differences.SupportsTokenExchange, answer.Has("access_token"));
        if (!Differences.SupportsTokenExchange)
        {
            return;
        }

        await using var api = await StartIntrospectingApiAsync(("RoleClients:0", "shipping-api"));
        var introspected = await Client.IntrospectAsync(DemoClient.OrdersApi, answer.AccessToken.Compact, Cancellation);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Realm.GetType().Name} {Realm.Version}: introspected: {introspected.Text}");

        var me = await api.CallAsync("GET /me", answer.AccessToken.Compact, Cancellation);

        Assert.Equal(200, me.Status);
        Assert.DoesNotContain("dispatcher", me.Http.Text, StringComparison.Ordinal);
        Assert.Contains("reader", me.Http.Text, StringComparison.Ordinal);
    }

    private async Task<(Jwt Subject, TokenAnswer Answer)> ExchangeAsync()
    {
        var subject = (await Client.PasswordAsync(DemoClient.Exchanger, "alice", Cancellation)).AccessToken;
        return (subject, await Client.ExchangeAsync(DemoClient.Exchanger, subject.Compact, "orders-api", Cancellation));
    }
}
