using System.Net;
using System.Security.Claims;
using Keycloak.ApiProtection.Introspection;
using Keycloak.ApiProtection.Schemes;
using Keycloak.ApiProtection.Testing;
using Keycloak.ApiProtection.Tests.Realms;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Tests.Introspection;

/// <summary>The orders API in the real pipeline with the embedded realm and a clock that the test controls.</summary>
internal sealed class IntrospectingApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _client;

    private IntrospectingApi(WebApplication app, KeycloakRealm realm, ManualTimeProvider time, QuestionLine line, RecordingLogger log)
    {
        _app = app;
        _client = app.GetTestClient();
        (Realm, Time, Line, Log) = (realm, time, line, log);
    }

    public KeycloakRealm Realm { get; }

    public ManualTimeProvider Time { get; }

    public QuestionLine Line { get; }

    public RecordingLogger Log { get; }

    public IServiceProvider Services => _app.Services;

    public TestServer Server => _app.GetTestServer();

    public Introspector Introspector => _app.Services.GetRequiredService<KeycloakSchemes>().Get("Keycloak").Introspector!;

    public KeycloakBearerOptions Options => _app.Services.GetRequiredService<IOptionsMonitor<KeycloakBearerOptions>>().Get("Keycloak");

    /// <summary>An API that introspects every token.</summary>
    public static Task<IntrospectingApi> StartAsync(Action<KeycloakBearerOptions>? configure = null) =>
        StartAsync(_ => { }, _ => { }, options =>
        {
            options.Introspection.Mode = IntrospectionMode.Always;
            configure?.Invoke(options);
        });

    public static async Task<IntrospectingApi> StartAsync(
        Action<IServiceCollection> add, Action<WebApplication> map, Action<KeycloakBearerOptions> configure)
    {
        var time = new ManualTimeProvider();
        var realm = await KeycloakRealm.StartAsync(
            new KeycloakRealmOptions
            {
                InMemory = true,
                TimeProvider = time,
                Logger = NullLogger.Instance,
                SupplyKey = SharedRealmKeys.Of("demo"),
            },
            TestContext.Current.CancellationToken);
        var line = new QuestionLine(realm.CreateHandler());
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
            configure(options);
        });
        add(builder.Services);
        builder.Services.AddHttpClient(KeycloakBearerDefaults.BackchannelHttpClientName).ConfigurePrimaryHttpMessageHandler(() => line);
        var app = builder.Build();
        map(app);
        app.MapGet("/me", (ClaimsPrincipal user) => user.Identity!.Name).RequireAuthorization();
        app.MapGet("/write", () => "write").RequireClientRole("writer");
        app.MapGet(
            "/claims",
            (ClaimsPrincipal user) =>
                string.Join(' ', user.Claims.Select(claim => claim.Type).Distinct().Order(StringComparer.Ordinal)))
            .RequireAuthorization();
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new IntrospectingApi(app, realm, time, line, log);
    }

    public string Token(string user = "alice") => Realm.Token(user).For("cli").Create();

    /// <summary>The status and, if there is one, the code of the rejection: <c>200</c>, <c>401 inactive</c>.</summary>
    public async Task<string> VerdictAsync(string token, string path = "/me")
    {
        using var response = await SendAsync(token, path);
        return Verdict(response);
    }

    /// <summary>The status and, if there is one, the code of the rejection.</summary>
    public static string Verdict(HttpResponseMessage response)
    {
        var code = response.Headers.TryGetValues("Test-Rejection", out var values) ? values.FirstOrDefault() : null;
        return string.IsNullOrEmpty(code) ? $"{(int)response.StatusCode}" : $"{(int)response.StatusCode} {code}";
    }

    public Task<HttpResponseMessage> SendAsync(string token, string path = "/me") =>
        SendUntilAsync(token, path, TestContext.Current.CancellationToken);

    /// <summary>Sends a request that the test can cancel.</summary>
    public async Task<HttpResponseMessage> SendUntilAsync(string token, string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        return await _client.SendAsync(request, cancellationToken);
    }

    public async Task<string> TextAsync(string token, string path)
    {
        using var response = await SendAsync(token, path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits until the condition is true because of work in the background. Fails after one minute.</summary>
    public static async Task Eventually(Func<bool> happened)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (!happened())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), "The condition was not met within a minute.");
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
        await Realm.DisposeAsync();
    }
}
