using Keycloak.ApiProtection.Testing.Servers;

namespace Keycloak.ApiProtection.PackageTests.Console;

/// <summary>A real Keycloak 26, where <c>KEYCLOAK_HOME</c> names one.</summary>
public sealed class KeycloakFixture : IAsyncLifetime
{
    private readonly KeycloakDistribution? _distribution;
    private KeycloakServer? _server;

    public KeycloakFixture()
    {
        _distribution = KeycloakDistribution.Find(26, out var reason);
        Missing = _distribution is null ? reason : null;
    }

    /// <summary>Why there is no server; null where there is one.</summary>
    internal string? Missing { get; }

    internal KeycloakServer Server => _server ?? throw new InvalidOperationException(Missing);

    public async ValueTask InitializeAsync()
    {
        if (_distribution is not null)
        {
            // A server that lives for a minute never earns back what the optimizing compiler costs.
            var options = new KeycloakServerOptions { JavaOptions = "-XX:TieredStopAtLevel=1" };
            _server = await KeycloakServer.StartAsync(_distribution, options, TestContext.Current.CancellationToken);
        }
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
