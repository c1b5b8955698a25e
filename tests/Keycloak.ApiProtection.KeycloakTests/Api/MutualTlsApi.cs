using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Keycloak.ApiProtection.KeycloakTests.Clients;
using Keycloak.ApiProtection.KeycloakTests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.KeycloakTests.Api;

/// <summary>An API on Kestrel that requests client certificates and accepts all of them.</summary>
public sealed class MutualTlsApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly X509Certificate2 _certificate;

    private MutualTlsApi(WebApplication app, X509Certificate2 certificate) => (_app, _certificate) = (app, certificate);

    public static async Task<MutualTlsApi> StartAsync(
        Uri authServer, CancellationToken cancellationToken, params (string Key, string? Value)[] settings)
    {
        using var selfSigned = ServerCertificates.SelfSigned("CN=127.0.0.1");
        var certificate = X509CertificateLoader.LoadPkcs12(selfSigned.Export(X509ContentType.Pkcs12), password: null);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Keycloak:auth-server-url"] = authServer.ToString(),
            ["Keycloak:realm"] = RealmClient.DemoRealm,
            ["Keycloak:resource"] = "orders-api",
        });
        builder.Configuration.AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create($"Keycloak:{setting.Key}", setting.Value)));
        builder.Services.AddKeycloakBearer(options => options.Events = new KeycloakBearerEvents
        {
            OnChallenge = context =>
            {
                context.Response.Headers["Test-Rejection"] = context.Rejection?.Code;
                return Task.CompletedTask;
            },
        });
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
            listen.UseHttps(https =>
            {
                https.ServerCertificate = certificate;
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.AllowAnyClientCertificate();
            })));
        var app = builder.Build();
        app.MapGet("/orders", () => "Orders").RequireAuthorization().RequireProofOfPossession();
        await app.StartAsync(cancellationToken);
        return new MutualTlsApi(app, certificate);
    }

    /// <summary>Calls the API on a new connection. Returns the status and the code of the rejection.</summary>
    public async Task<string> CallAsync(string token, X509Certificate2? certificate, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, server, _, _) => server is not null,
                ClientCertificates = certificate is null ? [] : [certificate],
                LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
            },
        };
        using var http = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{_app.Urls.Single()}/orders");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(request, cancellationToken);
        var code = response.Headers.TryGetValues("Test-Rejection", out var values) ? $" {values.Single()}" : string.Empty;
        return $"{(int)response.StatusCode}{code}";
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
    }
}
