using System.Net;
using Keycloak.ApiProtection.Testing.Tests.Support;

namespace Keycloak.ApiProtection.Testing.Tests.ProofOfPossession;

public sealed class DpopHandlerTests : IDisposable
{
    private readonly DpopKey _key = DpopKey.Create();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _key.Dispose();

    [Fact]
    public async Task A_request_has_the_token_under_DPoP_and_a_new_valid_proof()
    {
        await using var server = await NonceServer.StartAsync();
        using var client = server.CreateClient(new DpopHandler(_key, "token"));

        await client.GetAsync(new Uri("/orders/7?page=2#end", UriKind.Relative), Cancellation);
        await client.DeleteAsync(new Uri("/orders/7", UriKind.Relative), Cancellation);

        Assert.Equal(["DPoP token", "DPoP token"], server.Received.Select(request => request.Authorization));
        var proofs = server.Received.Select(request => Assert.Single(request.Proofs)).ToArray();
        Assert.Empty(Faults(proofs[0], "GET", "http://localhost/orders/7", "token"));
        Assert.Empty(Faults(proofs[1], "DELETE", "http://localhost/orders/7", "token"));
        Assert.NotEqual(Decoded.Of(proofs[0])["jti"], Decoded.Of(proofs[1])["jti"]);
    }

    [Fact]
    public async Task Without_a_token_the_request_keeps_its_authorization_and_the_proof_has_no_ath()
    {
        await using var server = await NonceServer.StartAsync();
        using var client = server.CreateClient(new DpopHandler(_key));
        client.DefaultRequestHeaders.Authorization = new("Basic", "Y2xpOnNlY3JldA==");

        await client.GetAsync(new Uri("/", UriKind.Relative), Cancellation);

        var (authorization, proofs, _) = Assert.Single(server.Received);
        Assert.Equal("Basic Y2xpOnNlY3JldA==", authorization);
        Assert.Empty(Faults(Assert.Single(proofs), "GET", "http://localhost/", token: null));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_for_a_nonce_is_answered_once_with_the_same_body(bool isAuthorizationServer)
    {
        await using var server = await NonceServer.StartAsync();
        (server.Nonce, server.IsAuthorizationServer) = ("n1", isAuthorizationServer);
        using var client = server.CreateClient(new DpopHandler(_key, "token"));
        using var body = new StreamContent(new MemoryStream("one order"u8.ToArray()));

        using var response = await client.PostAsync(new Uri("/orders", UriKind.Relative), body, Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["one order", "one order"], server.Received.Select(request => request.Body));
        Assert.Empty(Faults(server.Received[0].Proofs[0], "POST", "http://localhost/orders", "token"));
        Assert.Empty(Faults(server.Received[1].Proofs[0], "POST", "http://localhost/orders", "token", "n1"));
    }

    [Fact]
    public async Task A_nonce_of_a_successful_response_is_used_for_the_next_request_to_that_origin_only()
    {
        await using var server = await NonceServer.StartAsync();
        using var handler = new DpopHandler(_key, "token");
        using var client = server.CreateClient(handler);
        server.NextNonce = "n2";

        await client.GetAsync(new Uri("/", UriKind.Relative), Cancellation);
        await client.GetAsync(new Uri("/", UriKind.Relative), Cancellation);
        (server.Nonce, server.NextNonce) = (null, null);
        await client.GetAsync(new Uri("http://localhost:8080/"), Cancellation);

        Assert.Equal([null, "n2", null], server.Received.Select(request => Decoded.Of(request.Proofs[0])["nonce"]));
        Assert.Equal("n2", handler.NonceOf(new Uri("http://localhost/any?query")));
        Assert.Null(handler.NonceOf(new Uri("http://localhost:8080")));
    }

    [Fact]
    public async Task A_server_that_rejects_each_nonce_is_asked_only_once_more()
    {
        await using var server = await NonceServer.StartAsync();
        server.Nonce = "n1";
        using var client = server.CreateClient(new DpopHandler(_key, "token") { ChangeProof = proof => proof.WithNonce("stale") });

        using var response = await client.GetAsync(new Uri("/", UriKind.Relative), Cancellation);

        Assert.Equal((HttpStatusCode.Unauthorized, 2), (response.StatusCode, server.Received.Count));
    }

    [Fact]
    public async Task A_test_can_see_the_request_for_a_nonce()
    {
        await using var server = await NonceServer.StartAsync();
        server.Nonce = "n1";
        using var client = server.CreateClient(new DpopHandler(_key, "token") { RetriesWithNonce = false });

        using var first = await client.GetAsync(new Uri("/", UriKind.Relative), Cancellation);
        using var second = await client.GetAsync(new Uri("/", UriKind.Relative), Cancellation);

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
    }

    [Fact]
    public async Task A_wrong_request_has_another_scheme_no_proof_two_proofs_or_a_changed_one()
    {
        await using var server = await NonceServer.StartAsync();
        using var handler = new DpopHandler(_key, "token");
        using var client = server.CreateClient(handler);

        (handler.Scheme, handler.ProofsPerRequest) = ("Bearer", 0);
        await client.GetAsync(new Uri("/", UriKind.Relative), Cancellation);
        handler.ProofsPerRequest = 2;
        await client.GetAsync(new Uri("/", UriKind.Relative), Cancellation);
        (handler.ProofsPerRequest, handler.ChangeProof) = (1, proof => proof.WithMethod("PUT"));
        await client.GetAsync(new Uri("/", UriKind.Relative), Cancellation);

        Assert.Equal([0, 2, 1], server.Received.Select(request => request.Proofs.Length));
        Assert.Equal("Bearer token", server.Received[0].Authorization);
        Assert.Equal(["htm"], Faults(server.Received[2].Proofs[0], "GET", "http://localhost/", "token"));
    }

    private IReadOnlyList<string> Faults(string proof, string method, string url, string? token, string? nonce = null) =>
        ProofCheck.Faults(proof, method, url, TimeProvider.System.GetUtcNow(), _key.Thumbprint, token, nonce);
}
