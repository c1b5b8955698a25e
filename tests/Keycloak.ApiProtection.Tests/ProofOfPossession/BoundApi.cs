using System.Security.Claims;
using Keycloak.ApiProtection.Testing;
using Keycloak.ApiProtection.Tests.Realms;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession;

/// <summary>The orders API in the real pipeline, with the embedded realm and a client that has a DPoP key.</summary>
internal sealed class BoundApi : IAsyncDisposable
{
    private readonly WebApplication _app;

    private BoundApi(WebApplication app, KeycloakRealm realm, ManualTimeProvider time, RecordingLogger log)
    {
        (_app, Realm, Time, Log) = (app, realm, time, log);
        Key = realm.Dpop();
    }

    public KeycloakRealm Realm { get; }

    public ManualTimeProvider Time { get; }

    public RecordingLogger Log { get; }

    public DpopKey Key { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<BoundApi> StartAsync(
        Action<KeycloakBearerOptions>? configure = null, Action<IServiceCollection>? add = null, Action<WebApplication>? map = null)
    {
        var time = new ManualTimeProvider();
        var realm = await KeycloakRealm.StartAsync(
            new KeycloakRealmOptions { InMemory = true, TimeProvider = time, Logger = NullLogger.Instance },
            TestContext.Current.CancellationToken);
        var log = new RecordingLogger();
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = Environments.Development });
        builder.WebHost.UseTestServer();
        builder.Configuration.AddInMemoryCollection(realm.Configuration("orders-api"));
        builder.Logging.ClearProviders().AddProvider(new RecordingLoggerProvider(log));
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddKeycloakBearer(options =>
        {
            options.Events = new KeycloakBearerEvents
            {
                OnChallenge = challenge =>
                {
                    challenge.Response.Headers["Test-Rejection"] = challenge.Rejection?.Code;
                    return Task.CompletedTask;
                },
            };
            configure?.Invoke(options);
        });
        add?.Invoke(builder.Services);
        builder.Services.AddHttpClient(KeycloakBearerDefaults.BackchannelHttpClientName)
            .ConfigurePrimaryHttpMessageHandler(realm.CreateHandler);
        var app = builder.Build();
        map?.Invoke(app);
        app.MapGet("/me", (ClaimsPrincipal user) => user.Identity!.Name).RequireAuthorization();
        app.MapGet("/key", (ClaimsPrincipal user) => user.GetProofKey() ?? "(none)").RequireAuthorization();
        app.MapPost("/me", () => "posted").RequireAuthorization();
        app.MapGet("/payments", () => "paid").RequireProofOfPossession();
        app.MapGet("/email", () => "email").RequireScope("no-such-scope");
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new BoundApi(app, realm, time, log);
    }

    public string UnboundToken() => Realm.Token("alice").For("cli").Create();

    public string BoundToken() => Realm.Token("alice").For("cli").BoundTo(Key).Create();

    /// <summary>Creates a client that signs each request. With no token, it sends a bound one.</summary>
    public DpopHandler Handler(string? token = null) => new(Key, token ?? BoundToken(), _app.GetTestServer().CreateHandler());

    /// <summary>Sends a request with a proof. Returns the status and, if there is one, the code of the rejection.</summary>
    public async Task<string> VerdictAsync(Func<DpopProofBuilder, DpopProofBuilder> change, string path = "/me")
    {
        using var handler = Handler();
        handler.ChangeProof = change;
        return await VerdictAsync(handler, path);
    }

    public static async Task<string> VerdictAsync(DpopHandler handler, string path = "/me")
    {
        using var response = await SendAsync(handler, path);
        return Verdict(response);
    }

    public static async Task<HttpResponseMessage> SendAsync(DpopHandler handler, string path = "/me", HttpMethod? method = null)
    {
        using var client = new HttpMessageInvoker(handler, disposeHandler: false);
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, "http://localhost" + path);
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Sends a request with these headers and no proof of its own.</summary>
    public async Task<HttpResponseMessage> SendAsync(string path, params (string Name, string Value)[] headers)
    {
        using var client = _app.GetTestClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static string Verdict(HttpResponseMessage response)
    {
        var code = response.Headers.TryGetValues("Test-Rejection", out var values) ? values.FirstOrDefault() : null;
        return string.IsNullOrEmpty(code) ? $"{(int)response.StatusCode}" : $"{(int)response.StatusCode} {code}";
    }

    public static string[] Challenges(HttpResponseMessage response) =>
        response.Headers.TryGetValues("WWW-Authenticate", out var values) ? [.. values] : [];

    public async ValueTask DisposeAsync()
    {
        Key.Dispose();
        await _app.DisposeAsync();
        await Realm.DisposeAsync();
    }
}
