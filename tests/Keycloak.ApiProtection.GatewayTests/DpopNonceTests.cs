using Keycloak.ApiProtection.GatewayTests.Fixtures;
using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.GatewayTests;

/// <summary>Nonces reach the client through a real NGINX, as docs/token-check.md documents (RFC 9449 section 9).</summary>
public sealed class DpopNonceTests(DpopNonceSite site) : IClassFixture<DpopNonceSite>, IDisposable
{
    private readonly DpopKey _key = site.Realm.Dpop();

    public void Dispose() => _key.Dispose();

    [Fact]
    public async Task A_client_gets_a_nonce_with_the_rejection_and_is_accepted_with_it()
    {
        var token = Bound();
        var first = await SendAsync(token, nonce: null);

        Assert.Equal("401 dpop_nonce", first.Verdict);
        Assert.StartsWith("DPoP realm=\"demo\", error=\"use_dpop_nonce\"", first.Challenge, StringComparison.Ordinal);
        Assert.NotEqual(string.Empty, first.Nonce);
        Assert.Equal("no-store", first.CacheControl);
        var second = await SendAsync(token, first.Nonce);
        Assert.Equal("200", second.Verdict);
        Assert.Equal(string.Empty, second.Nonce + second.CacheControl);
    }

    [Fact]
    public async Task The_next_nonce_is_in_an_accepted_response_and_in_a_forbidden_one()
    {
        var token = Bound();
        var nonce = (await SendAsync(token, nonce: null)).Nonce;
        site.Advance(TimeSpan.FromSeconds(30));

        var accepted = await SendAsync(token, nonce);
        var forbidden = await SendAsync(site.Realm.Token("alice").For("cli").WithoutScope("orders:read").BoundTo(_key).Create(), nonce);

        Assert.Equal(["200", "403"], [accepted.Verdict, forbidden.Verdict]);
        Assert.All([accepted, forbidden], answer =>
        {
            Assert.Equal("no-store", answer.CacheControl);
            Assert.NotEqual(string.Empty, answer.Nonce);
            Assert.NotEqual(nonce, answer.Nonce);
        });
        Assert.Equal("200", (await SendAsync(token, accepted.Nonce)).Verdict);
    }

    [Fact]
    public async Task A_client_that_repeats_requests_with_the_nonce_works_without_knowing_the_gateway()
    {
        using var handler = new DpopHandler(_key, Bound(), new HttpClientHandler());
        using var client = new HttpClient(handler) { BaseAddress = site.Address };

        Assert.StartsWith(
            "GET /orders/1 ", await client.GetStringAsync("/orders/1", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private string Bound() => site.Realm.Token("alice").For("cli").BoundTo(_key).Create();

    private Task<DpopAnswer> SendAsync(string token, string? nonce) => site.SendAsync(
        HttpMethod.Get,
        "/orders/1",
        $"DPoP {token}",
        _key.Proof(HttpMethod.Get, new Uri(site.Address, "/orders/1")).For(token).WithNonce(nonce).Create());
}
