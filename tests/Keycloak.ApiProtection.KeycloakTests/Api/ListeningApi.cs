using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Headers;
using Keycloak.ApiProtection.KeycloakTests.Clients;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.KeycloakTests.Api;

/// <summary>An API that Keycloak can reach on a separate port. It receives logouts and admin pushes.</summary>
public sealed class ListeningApi : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _posts;
    private readonly HttpClient _http;
    private readonly PollListener? _polls;

    private ListeningApi(WebApplication app, ConcurrentQueue<string> posts, PollListener? polls)
    {
        _polls = polls;
        _app = app;
        _posts = posts;
        _http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public Uri BaseAddress => _http.BaseAddress!;

    /// <summary>Gets the value for "Backchannel logout URL".</summary>
    public string LogoutUrl => $"{_http.BaseAddress}.keycloak/backchannel-logout";

    /// <summary>Gets the value for "Admin URL".</summary>
    public string AdminUrl => $"{_http.BaseAddress}.keycloak";

    /// <summary>What the application revokes by itself.</summary>
    public IKeycloakRevocations Revocations => _app.Services.GetRequiredService<IKeycloakRevocations>();

    /// <summary>Gets the rejection code of the last rejected token, which is otherwise only in the log.</summary>
    public string? LastRejection { get; private set; }

    public static async Task<ListeningApi> StartAsync(
        Uri authServer, CancellationToken cancellationToken, params (string Key, string? Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Keycloak:auth-server-url"] = authServer.ToString(),
            ["Keycloak:realm"] = RealmClient.DemoRealm,
            ["Keycloak:resource"] = "orders-api",
            ["Keycloak:LoginClients:0"] = "cli",
            ["Keycloak:LoginClients:1"] = "storefront",
        });
        builder.Configuration.AddInMemoryCollection(
            settings.Select(setting => KeyValuePair.Create($"Keycloak:{setting.Key}", setting.Value)));
        ListeningApi? api = null;
        var keycloak = builder.Services.AddKeycloakBearer(options => options.Events = new KeycloakBearerEvents
        {
            OnChallenge = context =>
            {
                api!.LastRejection = context.Rejection?.Code;
                return Task.CompletedTask;
            },
        });

        var readsEvents = settings.Any(setting => setting.Key.StartsWith("Events:", StringComparison.Ordinal));
        if (readsEvents)
        {
            keycloak.AddKeycloakEvents();
        }

        var app = builder.Build();
        var polls = readsEvents ? new PollListener(app.Services.GetRequiredService<IMeterFactory>()) : null;
        var posts = new ConcurrentQueue<string>();
        app.Use(async (context, next) =>
        {
            await next(context);
            if (context.Request.Path.StartsWithSegments("/.keycloak"))
            {
                posts.Enqueue($"{context.Request.Path}: {context.Response.StatusCode}");
            }
        });
        app.MapKeycloakEndpoints();
        app.MapGet("/orders", () => "Orders").RequireAuthorization();
        app.MapGet("/admin", () => "Admin").RequireRealmRole("admin");
        app.MapGet("/archive", () => "Archive").RequireClientRole("reader");
        await app.StartAsync(cancellationToken);
        api = new ListeningApi(app, posts, polls);
        return api;
    }

    /// <summary>Waits until the API has read the stored events for the first time.</summary>
    public Task EventsAreReadAsync(CancellationToken cancellationToken) => _polls!.Outcome("ok").WaitAsync(Patience, cancellationToken);

    /// <summary>Waits until the API has tried to read the stored events and failed for this reason.</summary>
    public Task EventsAreNotReadAsync(string reason, CancellationToken cancellationToken) =>
        _polls!.Outcome(reason).WaitAsync(Patience, cancellationToken);

    public async Task<HttpStatusCode> CallAsync(Jwt token, CancellationToken cancellationToken, string path = "/orders")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Compact);
        using var response = await _http.SendAsync(request, cancellationToken);
        return response.StatusCode;
    }

    /// <summary>
    /// Performs an action while the token is in use. Returns the time from the start of the action to the first rejected request, and fails
    /// if no request is rejected.
    /// </summary>
    public async Task<TimeSpan> TimeToRefusalAsync(
        Func<Task> act,
        Jwt token,
        CancellationToken cancellationToken,
        string path = "/orders",
        HttpStatusCode expected = HttpStatusCode.Unauthorized)
    {
        Assert.Equal(HttpStatusCode.OK, await CallAsync(token, cancellationToken, path));
        var began = Stopwatch.GetTimestamp();
        var acting = act();
        while (await CallAsync(token, cancellationToken, path) == HttpStatusCode.OK)
        {
            if (acting.IsFaulted)
            {
                await acting;
            }

            Assert.True(
                Stopwatch.GetElapsedTime(began) < Patience,
                $"The API still accepts the token. Action: {acting.Status}. Received: {string.Join(", ", _posts)}.");
        }

        var refused = Stopwatch.GetElapsedTime(began);
        await acting;
        Assert.Equal(expected, await CallAsync(token, cancellationToken, path));
        return refused;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _polls?.Dispose();
        await _app.DisposeAsync();
    }
}
