using System.Net;
using System.Security.Cryptography.X509Certificates;
using Keycloak.ApiProtection.Testing;
using Keycloak.ApiProtection.Tests.Introspection;
using Keycloak.ApiProtection.Tests.Realms;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession.Certificates;

/// <summary>The orders API in the real pipeline. The test says from which address and with which certificate a request comes.</summary>
internal sealed class CertificateApi : IAsyncDisposable
{
    public const string Accepted = "200";
    public const string Missing = "401 bound_certificate_missing";
    public const string Other = "401 bound_certificate_other";

    /// <summary>The address of the trusted proxy.</summary>
    public static readonly IPAddress Proxy = IPAddress.Parse("10.1.2.3");

    private readonly IntrospectingApi _api;

    private CertificateApi(IntrospectingApi api) => _api = api;

    public KeycloakRealm Realm => _api.Realm;

    public RecordingLogger Log => _api.Log;

    public ManualTimeProvider Time => _api.Time;

    public QuestionLine Line => _api.Line;

    public static Task<CertificateApi> StartAsync(Action<KeycloakBearerOptions>? configure = null) => StartAsync(_ => { }, configure);

    /// <summary>An API behind a proxy at <see cref="Proxy"/>.</summary>
    public static Task<CertificateApi> BehindAsync(
        ForwardedCertificate form, Action<ForwardedCertificateOptions>? configure = null, Action<IServiceCollection>? add = null) =>
        StartAsync(services =>
        {
            add?.Invoke(services);
            services.AddKeycloakCertificateForwarding(form, options =>
            {
                options.TrustedProxies.Add(IPNetwork.Parse("10.0.0.0/8"));
                configure?.Invoke(options);
            });
        });

    public static async Task<CertificateApi> StartAsync(
        Action<IServiceCollection> add, Action<KeycloakBearerOptions>? configure = null) =>
        new(await IntrospectingApi.StartAsync(add, Map, configure ?? (_ => { })));

    /// <summary>Sends a token as <c>Bearer</c>. Returns the status and the code of the rejection.</summary>
    public Task<string> VerdictAsync(string token, Action<HttpContext> connect, string path = "/me") =>
        VerdictAsync($"Bearer {token}", path, connect);

    public Task<string> VerdictAsync(string token, X509Certificate2? certificate, string path = "/me") =>
        VerdictAsync(token, context => context.Connection.ClientCertificate = certificate, path);

    public async Task<string> VerdictAsync(string authorization, string path, Action<HttpContext> connect)
    {
        var response = (await SendAsync(authorization, path, connect)).Response;
        var code = response.Headers["Test-Rejection"].ToString();
        return code.Length == 0 ? $"{response.StatusCode}" : $"{response.StatusCode} {code}";
    }

    public Task<HttpContext> SendAsync(string authorization, string path, Action<HttpContext> connect) => _api.Server.SendAsync(
        context =>
        {
            (context.Request.Method, context.Request.Scheme, context.Request.Path) = ("GET", "https", path);
            context.Request.Host = new HostString("api.example.com");
            if (authorization.Length > 0)
            {
                context.Request.Headers.Authorization = authorization;
            }

            connect(context);
        },
        TestContext.Current.CancellationToken);

    public async Task<string> TextAsync(string path, Action<HttpContext> connect)
    {
        using var reader = new StreamReader((await SendAsync(string.Empty, path, connect)).Response.Body);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    private static void Map(WebApplication app)
    {
        app.MapGet("/strict", () => "strict").RequireAuthorization().RequireProofOfPossession();
        app.MapGet("/subject", (HttpContext context) => context.Connection.ClientCertificate?.Subject ?? "none");
        app.MapGet("/headers", (HttpContext context) => string.Join(' ', context.Request.Headers.Keys.Order(StringComparer.Ordinal)));
    }
}
