using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Servers;
using Keycloak.ApiProtection.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keycloak.ApiProtection.GatewayTests.Fixtures;

/// <summary>
/// The NGINX configuration of docs/certificate-bound-tokens.md, with other ports, in front of an API that trusts its address. NGINX
/// requests client certificates and forwards them.
/// </summary>
public sealed class MutualTlsSite : IAsyncLifetime
{
    /// <summary>An address of this machine that is not the address of NGINX.</summary>
    private static readonly IPAddress Elsewhere = IPAddress.Parse("127.0.0.9");

    private readonly DocumentedNginx _nginx = new();
    private WebApplication? _api;
    private KeycloakRealm? _realm;
    private Uri? _apiAddress;

    public KeycloakRealm Realm
    {
        get
        {
            Assert.SkipWhen(NginxInstallation.Find(out var reason) is null, reason);
            return _realm!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (NginxInstallation.Find(out _) is not { } installation)
        {
            return;
        }

        var ports = FreePorts.Find(2);
        _apiAddress = ports[1];
        _realm = await KeycloakRealm.StartAsync(new KeycloakRealmOptions { InMemory = true, Logger = NullLogger.Instance });
        _api = await ServeAsync(_realm, ports[1]);
        WriteServerCertificate();
        var site = DocumentedNginx.BlocksOf("certificate-bound-tokens.md")[0];

        // NGINX responds with 400 to a request without TLS, so it is ready.
        await _nginx.StartAsync(installation, ports[0], site
            .Replace("127.0.0.1:5443", ports[0].Authority, StringComparison.Ordinal)
            .Replace("127.0.0.1:5110", ports[1].Authority, StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        await _nginx.DisposeAsync();
        await (_api?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_realm?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    /// <summary>Sends a request through NGINX on a new connection. Returns the status and the code of the rejection.</summary>
    public async Task<string> SendAsync(string token, ClientCertificate? certificate, string? header = null)
    {
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, server, _, _) => server is not null,
                ClientCertificates = certificate is null ? [] : [certificate.Certificate],
                LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate.Certificate,
            },
        };
        return await SendAsync(handler, new UriBuilder(_nginx.Address) { Scheme = "https" }.Uri, token, header);
    }

    /// <summary>Sends a request to the API itself, from another address than that of NGINX.</summary>
    public async Task<string> BypassAsync(string token, string header)
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(Elsewhere, 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        return await SendAsync(handler, _apiAddress!, token, header);
    }

    private static async Task<string> SendAsync(SocketsHttpHandler handler, Uri address, string token, string? header)
    {
        using var http = new HttpClient(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, "/orders"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation("X-SSL-Client-Cert", header);
        }

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var code = response.Headers.TryGetValues("Test-Rejection", out var values) ? $" {values.Single()}" : string.Empty;
        return $"{(int)response.StatusCode}{code}";
    }

    private static async Task<WebApplication> ServeAsync(KeycloakRealm realm, Uri address)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(address.AbsoluteUri);
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(realm.Configuration("orders-api"));
        builder.Services.AddKeycloakBearer(options => options.Events = new KeycloakBearerEvents
        {
            OnChallenge = context =>
            {
                context.Response.Headers["Test-Rejection"] = context.Rejection?.Code;
                return Task.CompletedTask;
            },
        });
        builder.Services.AddHttpClient(KeycloakBearerDefaults.BackchannelHttpClientName)
            .ConfigurePrimaryHttpMessageHandler(realm.CreateHandler);
        builder.Services.AddKeycloakCertificateForwarding(
            ForwardedCertificate.Nginx, options => options.TrustedProxies.Add(IPNetwork.Parse("127.0.0.1/32")));
        var app = builder.Build();
        app.MapGet("/orders", () => "Orders").RequireAuthorization();
        await app.StartAsync();
        return app;
    }

    private void WriteServerCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        _nginx.Write("server.pem", certificate.ExportCertificatePem());
        _nginx.Write("server.key", key.ExportPkcs8PrivateKeyPem());
    }
}
