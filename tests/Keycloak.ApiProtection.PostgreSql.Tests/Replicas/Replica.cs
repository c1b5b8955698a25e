using System.Net;
using System.Net.Http.Headers;
using Keycloak.ApiProtection.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Keycloak.ApiProtection.PostgreSql.Tests.Replicas;

/// <summary>One replica of an API, with Kestrel and a pool of connections to the database, as in a process of its own.</summary>
internal sealed class Replica(KeycloakRealm realm, int port, string connectionString) : IAsyncDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    private NpgsqlDataSource? _dataSource;
    private WebApplication? _app;

    public Uri Address => _http.BaseAddress!;

    public static TimeSpan PollInterval => TimeSpan.FromSeconds(1);

    public static TimeSpan MaxSilence => TimeSpan.FromSeconds(4);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _dataSource = NpgsqlDataSource.Create(connectionString);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(Address.AbsoluteUri);
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(realm.Configuration("orders-api"));
        builder.Services
            .AddKeycloakBearer(options =>
            {
                options.LoginClients.Add("cli");
                options.BackchannelTimeout = TimeSpan.FromSeconds(30);
            })
            .AddRevocationJournal(options =>
            {
                options.PollInterval = PollInterval;
                options.Timeout = TimeSpan.FromSeconds(1);
                options.MaxSilence = MaxSilence;
                options.NotificationTimeout = TimeSpan.FromSeconds(1);
                options.StartTimeout = TimeSpan.FromSeconds(30);
            })
            .UsePostgreSql(_dataSource);
        _app = builder.Build();
        _app.MapKeycloakEndpoints();
        _app.MapGet("/orders", () => "Orders").RequireAuthorization();
        await _app.StartAsync(cancellationToken);
    }

    public async Task StopAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
            await _dataSource!.DisposeAsync();
            _app = null;
        }
    }

    public Task<HttpStatusCode> GetAsync(string token, CancellationToken cancellationToken) => GetAsync(_http, token, cancellationToken);

    public static async Task<HttpStatusCode> GetAsync(HttpClient http, string token, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/orders");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(request, cancellationToken);
        return response.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _http.Dispose();
    }
}
