using System.Net.Http.Headers;
using Gateway.Servers;
using Keycloak.ApiProtection.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keycloak.ApiProtection.GatewayTests.Fixtures;

/// <summary>
/// The NGINX configuration of docs/token-check.md, with other ports, in front of a token check with the embedded realm. The API responds
/// with the request that it received.
/// </summary>
public class DpopSite : IAsyncLifetime
{
    private static readonly HttpClient Http = new();

    private readonly DocumentedNginx _nginx = new();
    private readonly MovableClock _clock = new();
    private KeycloakRealm? _realm;
    private WebApplication? _check;
    private WebApplication? _api;
    private string? _rejection;

    /// <summary>The realm. Reading it skips the test if NGINX is not installed.</summary>
    public KeycloakRealm Realm
    {
        get
        {
            Assert.SkipWhen(NginxInstallation.Find(out var reason) is null, reason);
            return _realm!;
        }
    }

    /// <summary>The URL that clients use.</summary>
    public Uri Address => _nginx.Address;

    /// <summary>The address of the token check, which clients do not know.</summary>
    public Uri CheckAddress { get; private set; } = null!;

    /// <summary>The address of the API behind NGINX, which clients do not know.</summary>
    public Uri ApiAddress { get; private set; } = null!;

    /// <summary>When the check requires a nonce.</summary>
    protected virtual DpopNonceMode Nonce => DpopNonceMode.UnderPressure;

    public async ValueTask InitializeAsync()
    {
        if (NginxInstallation.Find(out _) is not { } installation)
        {
            return;
        }

        var ports = FreePorts.Find(3);
        (CheckAddress, ApiAddress) = (ports[1], ports[2]);
        _realm = await KeycloakRealm.StartAsync(
            new KeycloakRealmOptions { InMemory = true, Logger = NullLogger.Instance, TimeProvider = _clock });
        _check = await ServeCheckAsync(_realm);
        _api = await ServeApiAsync();
        var blocks = DocumentedNginx.BlocksOf("token-check.md");
        _nginx.Write("token-check.conf", blocks[0]);
        _nginx.Write("token-headers.conf", blocks[1]);
        await _nginx.StartAsync(installation, ports[0], blocks[2]
            .Replace("127.0.0.1:5100", ports[0].Authority, StringComparison.Ordinal)
            .Replace("127.0.0.1:5101", ports[1].Authority, StringComparison.Ordinal)
            .Replace("127.0.0.1:5102", ports[2].Authority, StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _nginx.DisposeAsync();
        await (_check?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_api?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_realm?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    /// <summary>Moves the clocks of the realm, the check and the clients forward.</summary>
    public void Advance(TimeSpan time) => _clock.Advance(time);

    /// <summary>Sends a request through NGINX.</summary>
    public async Task<DpopAnswer> SendAsync(
        HttpMethod method, string target, string? credentials, string? proof, params (string Name, string Value)[] headers)
    {
        _rejection = null;
        using var request = new HttpRequestMessage(method, new Uri(Address, target));
        request.Headers.Authorization = credentials is null ? null : AuthenticationHeaderValue.Parse(credentials);
        if (proof is not null)
        {
            request.Headers.Add("DPoP", proof);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (method == HttpMethod.Post)
        {
            request.Content = new StringContent("""{"item":"lamp"}""");
        }

        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        string Header(string name) =>
            response.Headers.TryGetValues(name, out var values) ? string.Join('|', values) : string.Empty;
        return new DpopAnswer(
            (int)response.StatusCode,
            _rejection,
            Header("WWW-Authenticate"),
            Header("DPoP-Nonce"),
            Header("Cache-Control"),
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private async Task<WebApplication> ServeCheckAsync(KeycloakRealm realm)
    {
        var builder = Builder(CheckAddress);
        builder.Configuration.AddInMemoryCollection(realm.Configuration("orders-api"));
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.Services.AddKeycloakBearer(options =>
        {
            options.Dpop.Nonce = Nonce;

            // A busy machine must not lead to 503.
            options.BackchannelTimeout = TimeSpan.FromMinutes(1);
            options.Events = new KeycloakBearerEvents
            {
                OnChallenge = context =>
                {
                    _rejection = context.Rejection?.Code;
                    return Task.CompletedTask;
                },
            };
        });
        builder.Services.AddHttpClient(KeycloakBearerDefaults.BackchannelHttpClientName)
            .ConfigurePrimaryHttpMessageHandler(realm.CreateHandler);
        var app = builder.Build();
        app.MapTokenCheck("/check/orders").RequireScope("orders:read");
        await app.StartAsync();
        return app;
    }

    private async Task<WebApplication> ServeApiAsync()
    {
        var app = Builder(ApiAddress).Build();
        app.Run(async context =>
        {
            var request = context.Request;
            using var body = new StreamReader(request.Body);
            await context.Response.WriteAsync(
                $"{request.Method} {context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget} {await body.ReadToEndAsync()} "
                + $"token:{request.Headers.Authorization} proof:{request.Headers["DPoP"]}");
        });
        await app.StartAsync();
        return app;
    }

    private static WebApplicationBuilder Builder(Uri address)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(address.AbsoluteUri);
        builder.Logging.ClearProviders();
        return builder;
    }
}
