using System.Net;
using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession.Dpop;

/// <summary>
/// Proofs for WebSockets of a real client: over HTTP/1.1 the request is a GET (RFC 6455), over HTTP/2 an extended CONNECT (RFC 8441).
/// </summary>
public sealed class WebSocketProofTests(WebSocketApi api) : IClassFixture<WebSocketApi>
{
    public static TheoryData<Version> Versions => [HttpVersion.Version11, HttpVersion.Version20];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_WebSocket_is_opened_with_one_proof_for_GET_and_the_https_url(Version version)
    {
        var proof = api.Proof("GET").Create();

        Assert.Equal(version == HttpVersion.Version20 ? "CONNECT HTTP/2" : "GET HTTP/1.1", await api.OpenAsync(version, proof));
        Assert.Equal("401 dpop_replayed", await api.OpenAsync(version, proof));
        Assert.Equal("401 dpop_missing", await api.OpenAsync(version, proof: null));
    }

    [Theory]
    [InlineData("CONNECT")]
    [InlineData("POST")]
    [InlineData("get")]
    public async Task A_proof_for_another_method_does_not_open_a_WebSocket(string method)
    {
        Assert.Equal("401 dpop_method", await api.OpenAsync(HttpVersion.Version20, api.Proof(method).Create()));
        Assert.Equal("401 dpop_method", await api.OpenAsync(HttpVersion.Version11, api.Proof(method).Create()));
    }

    [Fact]
    public async Task An_extended_CONNECT_of_another_protocol_than_websocket_needs_a_proof_for_CONNECT()
    {
        Assert.Equal("401 dpop_method", await api.ConnectAsync("webtransport", api.Proof("GET").Create()));
        Assert.Equal("200 webtransport", await api.ConnectAsync("webtransport", api.Proof("CONNECT").Create()));
        Assert.Equal("401 dpop_method", await api.ConnectAsync("websocket", api.Proof("CONNECT").Create()));
        Assert.Equal("401 dpop_method", await api.ConnectAsync("WebSocket", api.Proof("CONNECT").Create()));
        Assert.Equal("200 WebSocket", await api.ConnectAsync("WebSocket", api.Proof("GET").Create()));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_proof_for_another_url_or_of_another_key_does_not_open_a_WebSocket(Version version)
    {
        using var thief = DpopKey.Create();

        Assert.Equal("401 dpop_url", await api.OpenAsync(version, api.Proof("GET").WithUrl(api.WebSocketUrl.AbsoluteUri).Create()));
        Assert.Equal("401 dpop_url", await api.OpenAsync(version, api.Proof("GET").WithUrl(api.Url.AbsoluteUri + "s").Create()));
        Assert.Equal("401 dpop_key_other", await api.OpenAsync(version, api.Proof("GET", thief).Create()));
    }
}
