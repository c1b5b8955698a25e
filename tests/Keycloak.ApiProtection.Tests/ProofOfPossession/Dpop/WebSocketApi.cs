using System.Net;
using System.Net.Security;
using System.Net.WebSockets;
using System.Text;
using Keycloak.ApiProtection.Testing;
using Keycloak.ApiProtection.Tests.ProofOfPossession.Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession.Dpop;

/// <summary>An API on Kestrel with a protected WebSocket, and a real client with a bound token.</summary>
public sealed class WebSocketApi : IAsyncLifetime
{
    private MutualTlsApi _api = null!;
    private HttpMessageInvoker _client = null!;
    private string _token = null!;

    /// <summary>The key of the client.</summary>
    public DpopKey Key { get; private set; } = null!;

    /// <summary>The URL of the WebSocket with the scheme <c>https</c>.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>The URL of the WebSocket with the scheme <c>wss</c>.</summary>
    public Uri WebSocketUrl => new UriBuilder(Url) { Scheme = "wss" }.Uri;

    public async ValueTask InitializeAsync()
    {
        _api = await MutualTlsApi.StartAsync(ClientCertificateMode.NoCertificate, Use);
        Key = _api.Realm.Dpop();
        _token = _api.Realm.Token("alice").For("cli").BoundTo(Key).Create();
        using (var http = _api.CreateClient(certificate: null, HttpVersion.Version20))
        {
            Url = new Uri(http.BaseAddress!, "/socket");
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
        Key.Dispose();
        await _api.DisposeAsync();
    }

    /// <summary>Starts a proof for the WebSocket and the client's token.</summary>
    public DpopProofBuilder Proof(string method, DpopKey? key = null) => (key ?? Key).Proof(new HttpMethod(method), Url).For(_token);

    /// <summary>Opens a WebSocket. Returns the server's method and protocol, or the status and the code of the rejection.</summary>
    public async Task<string> OpenAsync(Version version, string? proof)
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
            await socket.ConnectAsync(WebSocketUrl, _client, cancellation);
        }
        catch (WebSocketException) when (socket.HttpStatusCode != 0)
        {
            var code = socket.HttpResponseHeaders?.GetValueOrDefault("Test-Rejection")?.SingleOrDefault();
            return $"{(int)socket.HttpStatusCode} {code}";
        }

        var buffer = new byte[64];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), cancellation);
        var answer = Encoding.ASCII.GetString(buffer, 0, received.Count);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, cancellation);
        return answer;
    }

    /// <summary>
    /// Sends an extended CONNECT (RFC 8441) to an endpoint that opens no WebSocket. Returns the status, and the protocol or the code of the
    /// rejection.
    /// </summary>
    public async Task<string> ConnectAsync(string protocol, string proof)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var request = new HttpRequestMessage(HttpMethod.Connect, Url)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Protocol = protocol;
        request.Headers.Add("Authorization", $"DPoP {_token}");
        request.Headers.Add("DPoP", proof);
        request.Headers.Add("Only-Headers", "true");
        using var response = await _client.SendAsync(request, cancellation);
        var header = response.IsSuccessStatusCode ? "Test-Protocol" : "Test-Rejection";
        return $"{(int)response.StatusCode} {(response.Headers.TryGetValues(header, out var values) ? string.Join('|', values) : null)}";
    }

    private static void Use(WebApplication app)
    {
        app.UseWebSockets();
        app.Map("/socket", async (HttpContext context) =>
        {
            if (context.Request.Headers.ContainsKey("Only-Headers"))
            {
                context.Response.Headers["Test-Protocol"] = context.Features.GetRequiredFeature<IHttpExtendedConnectFeature>().Protocol;
                return;
            }

            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var answer = Encoding.ASCII.GetBytes($"{context.Request.Method} {context.Request.Protocol}");
            await socket.SendAsync(answer, WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        }).RequireAuthorization();
    }
}
