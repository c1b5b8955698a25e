using System.Net;
using System.Net.Security;
using System.Net.WebSockets;
using System.Text;
using Keycloak.ApiProtection.Testing;
using Keycloak.ApiProtection.Tests.ProofOfPossession.Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession.Dpop;

/// <summary>
/// Proofs for WebSockets of a real client: over HTTP/1.1 the request is a GET (RFC 6455), over HTTP/2 an extended CONNECT (RFC 8441).
/// </summary>
public sealed class WebSocketProofTests : IAsyncLifetime
{
    private MutualTlsApi _api = null!;
    private DpopKey _key = null!;
    private HttpMessageInvoker _client = null!;
    private Uri _url = null!;
    private string _token = null!;

    public static TheoryData<Version> Versions => [HttpVersion.Version11, HttpVersion.Version20];

    public async ValueTask InitializeAsync()
    {
        _api = await MutualTlsApi.StartAsync(ClientCertificateMode.NoCertificate, Use);
        _key = _api.Realm.Dpop();
        _token = _api.Realm.Token("alice").For("cli").BoundTo(_key).Create();
        using (var http = _api.CreateClient(certificate: null, HttpVersion.Version20))
        {
            _url = new Uri(http.BaseAddress!, "/socket");
        }

        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, server, _, _) => server is not null,
            },
        });
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _key.Dispose();
        await _api.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_WebSocket_is_opened_with_one_proof_for_GET_and_the_https_url(Version version)
    {
        var proof = Proof("GET").Create();

        Assert.Equal(version == HttpVersion.Version20 ? "CONNECT HTTP/2" : "GET HTTP/1.1", await OpenAsync(version, proof));
        Assert.Equal("401 dpop_replayed", await OpenAsync(version, proof));
        Assert.Equal("401 dpop_missing", await OpenAsync(version, proof: null));
    }

    [Theory]
    [InlineData("CONNECT")]
    [InlineData("POST")]
    [InlineData("get")]
    public async Task A_proof_for_another_method_does_not_open_a_WebSocket(string method)
    {
        Assert.Equal("401 dpop_method", await OpenAsync(HttpVersion.Version20, Proof(method).Create()));
        Assert.Equal("401 dpop_method", await OpenAsync(HttpVersion.Version11, Proof(method).Create()));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task A_proof_for_another_url_or_of_another_key_does_not_open_a_WebSocket(Version version)
    {
        using var thief = _api.Realm.Dpop();
        var webSocketUrl = new UriBuilder(_url) { Scheme = "wss" }.Uri.AbsoluteUri;

        Assert.Equal("401 dpop_url", await OpenAsync(version, Proof("GET").WithUrl(webSocketUrl).Create()));
        Assert.Equal("401 dpop_url", await OpenAsync(version, Proof("GET").WithUrl(_url.AbsoluteUri + "s").Create()));
        Assert.Equal("401 dpop_key_other", await OpenAsync(version, thief.Proof(HttpMethod.Get, _url).For(_token).Create()));
    }

    private static void Use(WebApplication app)
    {
        app.UseWebSockets();
        app.Map("/socket", async (HttpContext context) =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var answer = Encoding.ASCII.GetBytes($"{context.Request.Method} {context.Request.Protocol}");
            await socket.SendAsync(answer, WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        }).RequireAuthorization();
    }

    private DpopProofBuilder Proof(string method) => _key.Proof(new HttpMethod(method), _url).For(_token);

    /// <summary>Opens a WebSocket. Returns the server's method and protocol, or the status and the code of the rejection.</summary>
    private async Task<string> OpenAsync(Version version, string? proof)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = version;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Authorization", $"DPoP {_token}");
        if (proof is not null)
        {
            socket.Options.SetRequestHeader("DPoP", proof);
        }

        try
        {
            await socket.ConnectAsync(new UriBuilder(_url) { Scheme = "wss" }.Uri, _client, cancellation);
        }
        catch (WebSocketException) when (socket.HttpStatusCode != 0)
        {
            return $"{(int)socket.HttpStatusCode} {socket.HttpResponseHeaders?["Test-Rejection"].Single()}";
        }

        var buffer = new byte[64];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), cancellation);
        return Encoding.ASCII.GetString(buffer, 0, received.Count);
    }
}
