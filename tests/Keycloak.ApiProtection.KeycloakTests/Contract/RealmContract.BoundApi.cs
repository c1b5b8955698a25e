using System.Net;
using Keycloak.ApiProtection.KeycloakTests.Api;
using Keycloak.ApiProtection.KeycloakTests.Clients;
using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.KeycloakTests.Contract;

/// <content>An API that receives tokens which the realm has bound to a client's key (RFC 9449).</content>
public abstract partial class RealmContract
{
    [Theory]
    [InlineData("ES256")]
    [InlineData("PS256")]
    public async Task The_API_accepts_a_bound_token_only_with_a_proof_of_its_key(string algorithm)
    {
        await using var api = await StartListeningApiAsync();
        using var key = DpopKey.Create(algorithm);
        using var thief = DpopKey.Create();
        var token = await BoundTokenAsync(key);
        if (!Differences.SupportsDpop)
        {
            // This version binds tokens of the authorization code flow only: the token is an ordinary bearer token.
            Assert.Equal(HttpStatusCode.OK, await api.CallAsync(token.AccessToken, Cancellation));
            Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(api, key, token.AccessToken));
            Assert.Equal("dpop_unbound", api.LastRejection);
            return;
        }

        Assert.Equal(HttpStatusCode.OK, await CallAsync(api, key, token.AccessToken));
        Assert.Equal(HttpStatusCode.OK, await CallAsync(api, key, token.AccessToken));
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(api, thief, token.AccessToken));
        Assert.Equal("dpop_key_other", api.LastRejection);
        Assert.Equal(HttpStatusCode.Unauthorized, await api.CallAsync(token.AccessToken, Cancellation));
        Assert.Equal("dpop_scheme", api.LastRejection);
    }

    [Fact]
    public async Task A_bound_token_is_introspected_and_revoked_like_any_other_token()
    {
        await using var api = await StartListeningApiAsync(
            ("Introspection", "Always"), ("Introspection:Freshness", "00:00:00"), ("credentials:secret", "orders-api-secret"));
        using var key = DpopKey.Create();
        var token = await BoundTokenAsync(key);
        Assert.Equal(HttpStatusCode.OK, await CallAsync(token));

        await Realm.EndSessionAsync(token.AccessToken.Text("sid")!, Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(token));
        Assert.True(api.LastRejection is "inactive" or "revoked", api.LastRejection);

        Task<HttpStatusCode> CallAsync(TokenAnswer answer) => Differences.SupportsDpop
            ? RealmContract.CallAsync(api, key, answer.AccessToken)
            : api.CallAsync(answer.AccessToken, Cancellation);
    }

    /// <summary>Requires a version that binds tokens of the password grant, and Node.</summary>
    private protected async Task CallsWithAnIndependentClientAsync(string algorithm, string nonces, string first, string withoutNonce)
    {
        NodeClient.NodeClient.SkipIfMissing();
        await using var api = await StartListeningApiAsync(("Dpop:Nonce", nonces));

        var seen = await NodeClient.NodeClient.RunAsync(Client.Issuer.ToString(), $"{api.BaseAddress}orders", algorithm, Cancellation);

        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", seen));
        Assert.Equal("dpop", seen["type"]);
        Assert.Equal((first, "200 after 1"), (seen["first"], seen["second"]));
        Assert.Equal(("401", withoutNonce), (seen["asBearer"], seen["withoutNonce"]));
        Assert.Equal(("200", "401", "401"), (seen["once"], seen["twice"], seen["thief"]));
    }

    private Task<TokenAnswer> BoundTokenAsync(DpopKey key) =>
        Client.PasswordAsync(DemoClient.Cli, "alice", Cancellation, dpop: key.Proof(HttpMethod.Post, Client.TokenEndpoint).Create());

    private static async Task<HttpStatusCode> CallAsync(ListeningApi api, DpopKey key, Jwt token)
    {
        using var client = new HttpClient(new DpopHandler(key, token.Compact, new SocketsHttpHandler()));
        using var response = await client.GetAsync(new Uri(api.BaseAddress, "orders"), Cancellation);
        return response.StatusCode;
    }
}
