using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Keycloak.ApiProtection.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession.Certificates;

/// <summary>The orders API on Kestrel with TLS and client certificates.</summary>
internal sealed class MutualTlsApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly X509Certificate2 _serverCertificate;

    private MutualTlsApi(WebApplication app, X509Certificate2 serverCertificate, KeycloakRealm realm) =>
        (_app, _serverCertificate, Realm) = (app, serverCertificate, realm);

    public KeycloakRealm Realm { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<MutualTlsApi> StartAsync(
        ClientCertificateMode mode = ClientCertificateMode.AllowCertificate, Action<WebApplication>? use = null)
    {
        var realm = await KeycloakRealm.StartAsync(
            new KeycloakRealmOptions { InMemory = true, Logger = NullLogger.Instance, SupplyKey = SharedRealmKeys.Of("demo") },
            Cancellation);
        var serverCertificate = ServerCertificate();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(realm.Configuration("orders-api"));
        builder.Services.AddKeycloakBearer(options =>
        {
            // The clock is real, and a busy machine must not lead to 503.
            options.BackchannelTimeout = TimeSpan.FromMinutes(1);
            options.Events = new KeycloakBearerEvents
            {
                OnChallenge = challenge =>
                {
                    challenge.Response.Headers["Test-Rejection"] = challenge.Rejection?.Code;
                    return Task.CompletedTask;
                },
            };
        });
        builder.Services.AddHttpClient(KeycloakBearerDefaults.BackchannelHttpClientName)
            .ConfigurePrimaryHttpMessageHandler(realm.CreateHandler);
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(https =>
            {
                https.ServerCertificate = serverCertificate;
                https.ClientCertificateMode = mode;
                https.AllowAnyClientCertificate();
            });
        }));
        var app = builder.Build();
        use?.Invoke(app);
        app.MapGet("/me", (Microsoft.AspNetCore.Http.HttpContext context) => context.Connection.Id).RequireAuthorization();
        await app.StartAsync(Cancellation);
        return new MutualTlsApi(app, serverCertificate, realm);
    }

    /// <summary>Creates a client that uses at most one connection.</summary>
    public HttpClient CreateClient(ClientCertificate? certificate, Version version)
    {
        var handler = new SocketsHttpHandler
        {
            MaxConnectionsPerServer = 1,
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, server, _, _) => server is not null,
                ClientCertificates = certificate is null ? [] : [certificate.Certificate],
                LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate.Certificate,
            },
        };
        return new HttpClient(handler)
        {
            BaseAddress = new Uri(_app.Urls.Single()),
            DefaultRequestVersion = version,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    /// <summary>Returns the status, the code of the rejection, and the id of the connection.</summary>
    public static async Task<(string Verdict, string Connection)> SendAsync(HttpClient client, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/me")
        {
            Version = client.DefaultRequestVersion,
            VersionPolicy = client.DefaultVersionPolicy,
        };
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        using var response = await client.SendAsync(request, Cancellation);
        Assert.Equal(client.DefaultRequestVersion, response.Version);
        var code = response.Headers.TryGetValues("Test-Rejection", out var values) ? $" {values.Single()}" : string.Empty;
        return ($"{(int)response.StatusCode}{code}", await response.Content.ReadAsStringAsync(Cancellation));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await Realm.DisposeAsync();
        _serverCertificate.Dispose();
    }

    private static X509Certificate2 ServerCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var selfSigned = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(selfSigned.Export(X509ContentType.Pkcs12), password: null);
    }
}
