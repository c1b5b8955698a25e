using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Keycloak.ApiProtection.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Tests;

/// <summary>The log of an application with default log levels while the library reads the realm's documents over HTTP.</summary>
public sealed class BackchannelLoggingTests
{
    private const string HttpClients = "System.Net.Http.HttpClient.";
    private const string Backchannel = HttpClients + KeycloakBearerDefaults.BackchannelHttpClientName;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fetching_the_keys_writes_one_log_message_of_the_library_and_none_of_the_http_client()
    {
        await using var realm = await KeycloakRealm.StartAsync(cancellationToken: Cancelled);
        using var log = new CategoryLog();
        await using var app = await StartAsync(realm, log);

        Assert.Equal(HttpStatusCode.OK, await GetAsync(app, realm));
        Assert.Single(log.Lines, line => line.Event == "RealmKeysChanged");
        Assert.DoesNotContain(log.Lines, line => line.Category.StartsWith(HttpClients, StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_Keycloak_is_down_the_log_has_one_message_of_the_library_and_no_stack_trace()
    {
        await using var realm = await KeycloakRealm.StartAsync(cancellationToken: Cancelled);
        realm.Faults.GoDown();
        using var log = new CategoryLog();
        await using var app = await StartAsync(realm, log);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await GetAsync(app, realm));
        Assert.Single(log.Lines, line => line.Event == "RealmKeysUnavailable");
        Assert.DoesNotContain(log.Lines, line => line.Category.StartsWith(HttpClients, StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.HasException);
    }

    [Fact]
    public async Task AddDefaultLogger_restores_the_log_messages_of_the_http_client()
    {
        await using var realm = await KeycloakRealm.StartAsync(cancellationToken: Cancelled);
        using var log = new CategoryLog();
        await using var app = await StartAsync(
            realm, log, services => services.AddHttpClient(KeycloakBearerDefaults.BackchannelHttpClientName).AddDefaultLogger());

        Assert.Equal(HttpStatusCode.OK, await GetAsync(app, realm));
        Assert.Contains(log.Lines, line => line.Category == Backchannel + ".LogicalHandler");
        Assert.Contains(log.Lines, line => line.Category == Backchannel + ".ClientHandler");
    }

    [Fact]
    public async Task A_second_scheme_does_not_remove_the_logger_that_the_application_added()
    {
        await using var realm = await KeycloakRealm.StartAsync(cancellationToken: Cancelled);
        using var log = new CategoryLog();
        await using var app = await StartAsync(
            realm,
            log,
            services =>
            {
                services.AddHttpClient(KeycloakBearerDefaults.BackchannelHttpClientName).AddDefaultLogger();
                services.AddKeycloakBearer("Partners", options => (options.Authority, options.Audience) = (realm.Issuer, "partners-api"));
            });

        Assert.Equal(HttpStatusCode.OK, await GetAsync(app, realm));
        Assert.Contains(log.Lines, line => line.Category == Backchannel + ".ClientHandler");
    }

    [Fact]
    public async Task Other_http_clients_of_the_application_still_log()
    {
        await using var realm = await KeycloakRealm.StartAsync(cancellationToken: Cancelled);
        using var log = new CategoryLog();
        await using var app = await StartAsync(realm, log, services => services.AddHttpClient("other"));
        using var other = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient("other");

        await other.GetStringAsync(new Uri(realm.Issuer), Cancelled);

        Assert.Contains(log.Lines, line => line.Category == HttpClients + "other.ClientHandler");
    }

    private static async Task<WebApplication> StartAsync(KeycloakRealm realm, CategoryLog log, Action<IServiceCollection>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Configuration.AddInMemoryCollection(realm.Configuration("orders-api"));
        builder.Logging.ClearProviders().AddProvider(log);
        builder.Services.AddKeycloakBearer(options => options.BackchannelTimeout = TimeSpan.FromMinutes(2));
        configure?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapGet("/orders", () => "orders").RequireAuthorization();
        await app.StartAsync(Cancelled);
        return app;
    }

    private static async Task<HttpStatusCode> GetAsync(WebApplication app, KeycloakRealm realm)
    {
        using var client = app.GetTestClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/orders");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", realm.Token("alice").Create());
        using var response = await client.SendAsync(request, Cancelled);
        return response.StatusCode;
    }

    /// <summary>Records the log messages of every category, not only those of the library.</summary>
    private sealed class CategoryLog : ILoggerProvider
    {
        private readonly ConcurrentQueue<(string Category, string? Event, bool HasException)> _lines = new();

        public IReadOnlyList<(string Category, string? Event, bool HasException)> Lines => [.. _lines];

        public ILogger CreateLogger(string categoryName) => new Category(categoryName, _lines);

        public void Dispose()
        {
        }

        private sealed class Category(string name, ConcurrentQueue<(string Category, string? Event, bool HasException)> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                lines.Enqueue((name, eventId.Name, exception is not null));
        }
    }
}
