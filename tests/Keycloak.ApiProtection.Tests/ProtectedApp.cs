using System.Security.Claims;
using Keycloak.ApiProtection.Tests.Tokens;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Tests;

/// <summary>A protected application in the real pipeline. Its HTTP client is connected to the embedded realm.</summary>
internal sealed class ProtectedApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ProtectedApp(WebApplication app, DemoRealm realm)
    {
        _app = app;
        Realm = realm;
        Client = app.GetTestClient();
    }

    public DemoRealm Realm { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public TestServer Server => _app.GetTestServer();

    /// <summary>A valid token for alice.</summary>
    public SignedToken Alice => Realm.Alice;

    public static Task<ProtectedApp> StartAsync(Action<KeycloakBearerOptions>? configure = null) =>
        StartAsync(services => services.AddKeycloakBearer(configure ?? (_ => { })));

    public static Task<ProtectedApp> StartAsync(Action<IServiceCollection> protect, DemoRealm? realm = null) =>
        StartAsync(protect, _ => { }, realm);

    public static async Task<ProtectedApp> StartAsync(
        Action<IServiceCollection> protect,
        Action<WebApplication> map,
        DemoRealm? realm = null,
        string? environment = null)
    {
        realm ??= await DemoRealm.StartAsync();
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { EnvironmentName = environment ?? Environments.Development });
        builder.WebHost.UseTestServer();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Keycloak:Authority"] = DemoRealm.Issuer,
            ["Keycloak:resource"] = DemoRealm.Audience,
        });
        builder.Logging.ClearProviders().AddProvider(new RecordingLoggerProvider(realm.Log));
        builder.Services.AddSingleton<TimeProvider>(realm.Time);
        protect(builder.Services);
        builder.Services.AddSingleton<IHttpClientFactory>(realm);

        var app = builder.Build();
        app.MapGet("/public", () => "public");
        app.MapGet("/me", Me).RequireAuthorization();
        app.MapGet("/email", () => "email").RequireScope("email");
        app.MapGet("/write", () => "write").RequireScope("orders:read", "orders:write").RequireClientRole("writer");
        app.MapGet("/roles", () => "roles").RequireAuthorization(policy => policy.RequireRole("nobody-has-this"));
        app.MapGet("/own", () => "own").RequireAuthorization(policy => policy.RequireAssertion(_ => false));
        app.MapGet("/hub/listen", () => "listen").RequireAuthorization();
        app.MapGet("/token", (Delegate)(async (HttpContext http) => await http.GetTokenAsync("access_token") ?? string.Empty))
            .RequireAuthorization();
        map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new ProtectedApp(app, realm);
    }

    public Task<HttpResponseMessage> GetAsync(string path, SignedToken token) => GetAsync(path, $"Bearer {token.Text}");

    public Task<HttpResponseMessage> GetAsync(string path, params string[] authorization)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var header in authorization)
        {
            Assert.True(request.Headers.TryAddWithoutValidation("Authorization", header));
        }

        return Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        await Realm.DisposeAsync();
    }

    private static string Me(ClaimsPrincipal user) => user.Identity!.Name!;
}
