using System.Diagnostics;
using Keycloak.ApiProtection.KeycloakTests.Clients;
using Keycloak.ApiProtection.KeycloakTests.Servers;
using Keycloak.ApiProtection.Testing.Servers;

namespace Keycloak.ApiProtection.KeycloakTests.Faults;

/// <summary>A real Keycloak 26 behind a proxy. Its database is in a file, so keys and sessions survive a restart.</summary>
public sealed class FaultyKeycloak : IAsyncLifetime
{
    private readonly HttpClient _http = new();
    private readonly KeycloakDistribution? _distribution;
    private KeycloakServer? _server;
    private Front? _front;
    private string _folder = "";

    public FaultyKeycloak()
    {
        _distribution = KeycloakDistribution.Find(26, out var reason);
        Missing = _distribution is null ? reason : null;
    }

    /// <summary>The reason why no such server was found; null if one was found.</summary>
    public string? Missing { get; }

    public Front Front => _front!;

    public KeycloakAdmin Admin => _server!.Admin;

    /// <summary>A client that calls the realm through the proxy.</summary>
    public RealmClient Client => new(_http, Front.Address);

    public async ValueTask InitializeAsync()
    {
        if (_distribution is null)
        {
            return;
        }

        var cancellationToken = TestContext.Current.CancellationToken;
        _folder = ServerFiles.CreateFolder("keycloak-faults");
        _server = await KeycloakServer.StartAsync(_distribution, Options(0), cancellationToken);
        await Admin.ImportRealmAsync(
            await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Realms", "realm-26.json"), cancellationToken),
            cancellationToken);
        _front = await Front.StartAsync(_server.BaseAddress, cancellationToken);
    }

    /// <summary>Kills the server, like a crash.</summary>
    public ValueTask StopAsync() => _server!.DisposeAsync();

    /// <summary>Starts the server again on the same port.</summary>
    public async Task StartAsync(CancellationToken cancellationToken) =>
        _server = await KeycloakServer.StartAsync(_distribution!, Options(_server!.BaseAddress.Port), cancellationToken);

    /// <summary>Suspends the server: it accepts connections but does not respond.</summary>
    public Task HoldAsync() => SignalAsync("-STOP");

    public Task ReleaseAsync() => SignalAsync("-CONT");

    public async ValueTask DisposeAsync()
    {
        if (_front is not null)
        {
            await _front.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
            Directory.Delete(Path.Combine(_folder, "database"), recursive: true);
        }

        _http.Dispose();
    }

    private KeycloakServerOptions Options(int port) => new()
    {
        Port = port,
        LogFile = Path.Combine(_folder, "server.log"),
        JavaOptions = "-XX:TieredStopAtLevel=1",
        Arguments = { $"--db-url=jdbc:h2:file:{Path.Combine(_folder, "database", "keycloak")};NON_KEYWORDS=VALUE;WRITE_DELAY=0" },
    };

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, "--", $"-{_server!.ProcessId}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, kill.ExitCode);
    }
}
