using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Keycloak.ApiProtection.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keycloak.ApiProtection.Tests.Examples;

/// <summary>The code of docs/certificate-bound-tokens.md.</summary>
public sealed class CertificateBoundTokenTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kestrel_that_allows_any_client_certificate_accepts_bound_tokens_from_it()
    {
        await using var realm = await StartRealmAsync();
        using var certificate = ClientCertificate.Create();
        using var serverCertificate = ServerCertificate();
        var builder = Builder(realm);
        builder.WebHost.UseKestrelHttpsConfiguration();

        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https =>
        {
            https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            https.AllowAnyClientCertificate();
        }));

        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(serverCertificate)));
        await using var app = await StartAsync(builder);
        var token = realm.Token("alice").For("cli").BoundTo(certificate).Create();

        using var handler = certificate.CreateHandler();
        handler.ServerCertificateCustomValidationCallback = (_, _, _, _) => true;
        Assert.Equal(HttpStatusCode.OK, await CallAsync(app, handler, token));
        using var without = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(app, without, token));
    }

    [Fact]
    public async Task An_api_behind_a_proxy_trusts_the_networks_of_its_proxies_only()
    {
        await using var realm = await StartRealmAsync();
        using var certificate = ClientCertificate.Create();
        var builder = Builder(realm);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));

        builder.Services.AddKeycloakCertificateForwarding(
            ForwardedCertificate.Nginx, options => options.TrustedProxies.Add(IPNetwork.Parse("10.0.0.0/8")));

        await using var app = await StartAsync(builder);
        var token = realm.Token("alice").For("cli").BoundTo(certificate).Create();

        // This test is not in 10.0.0.0/8.
        using var handler = new HttpClientHandler();
        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(app, handler, token, certificate));
    }

    private static Task<KeycloakRealm> StartRealmAsync() =>
        KeycloakRealm.StartAsync(new KeycloakRealmOptions { InMemory = true, Logger = NullLogger.Instance }, Cancellation);

    private static WebApplicationBuilder Builder(KeycloakRealm realm)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(realm.Configuration("orders-api"));
        builder.Services.AddKeycloakBearer();
        builder.Services.AddHttpClient(KeycloakBearerDefaults.BackchannelHttpClientName)
            .ConfigurePrimaryHttpMessageHandler(realm.CreateHandler);
        return builder;
    }

    private static async Task<WebApplication> StartAsync(WebApplicationBuilder builder)
    {
        var app = builder.Build();
        app.MapGet("/orders", () => "orders").RequireAuthorization();
        await app.StartAsync(Cancellation);
        return app;
    }

    private static async Task<HttpStatusCode> CallAsync(
        WebApplication app, HttpClientHandler handler, string token, ClientCertificate? forwarded = null)
    {
        using var client = new HttpClient(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{app.Urls.Single()}/orders");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (forwarded is not null)
        {
            request.Headers.Add("X-SSL-Client-Cert", Uri.EscapeDataString(forwarded.Certificate.ExportCertificatePem()));
        }

        using var response = await client.SendAsync(request, Cancellation);
        return response.StatusCode;
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
