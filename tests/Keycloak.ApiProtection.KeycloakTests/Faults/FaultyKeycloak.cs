using System.Diagnostics;
using Keycloak.ApiProtection.KeycloakTests.Clients;
using Keycloak.ApiProtection.KeycloakTests.Servers;
using Keycloak.ApiProtection.Testing.Servers;

namespace Keycloak.ApiProtection.KeycloakTests.Faults;

/// <summary>A real Keycloak 26 behind a front, with its database in a file, so that keys and sessions outlive a restart.</summary>
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

    /// <summary>Why there is no such server here; null where there is one.</summary>
    public string? Missing { get; }

    public Front Front => _front!;

    public KeycloakAdmin Admin => _server!.Admin;

    /// <summary>The realm as its clients see it: through the front.</summary>
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
        await Admin.ImportRealmAsync(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Realms", "realm-26.json"), cancellationToken), cancellationToken);
        _front = await Front.StartAsync(_server.BaseAddress, cancellationToken);
    }

    /// <summary>Kills the server, as a crash does.</summary>
    public ValueTask StopAsync() => _server!.DisposeAsync();

    /// <summary>Starts it again where it was.</summary>
    public async Task StartAsync(CancellationToken cancellationToken) =>
        _server = await KeycloakServer.StartAsync(_distribution!, Options(_server!.BaseAddress.Port), cancellationToken);

    /// <summary>The server takes connections, and does nothing with them.</summary>
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
