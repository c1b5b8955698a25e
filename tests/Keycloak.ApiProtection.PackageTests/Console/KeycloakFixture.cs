using Keycloak.ApiProtection.Testing.Servers;

namespace Keycloak.ApiProtection.PackageTests.Console;

/// <summary>A real Keycloak 26, if <c>KEYCLOAK_HOME</c> names its folder.</summary>
public sealed class KeycloakFixture : IAsyncLifetime
{
    private readonly KeycloakDistribution? _distribution;
    private KeycloakServer? _server;

    public KeycloakFixture()
    {
        _distribution = KeycloakDistribution.Find(26, out var reason);
        Missing = _distribution is null ? reason : null;
    }

    /// <summary>The reason why there is no server; null if there is one.</summary>
    internal string? Missing { get; }

    internal KeycloakServer Server => _server ?? throw new InvalidOperationException(Missing);

    public async ValueTask InitializeAsync()
    {
        if (_distribution is not null)
        {
            // The server runs for about a minute only, too short for the optimizing compiler to pay off.
            var options = new KeycloakServerOptions { JavaOptions = "-XX:TieredStopAtLevel=1" };
            _server = await KeycloakServer.StartAsync(_distribution, options, TestContext.Current.CancellationToken);
        }
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
