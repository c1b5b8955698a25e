using Keycloak.ApiProtection.Testing;
using Keycloak.ApiProtection.Testing.Servers;

namespace Gateway.Realms;

/// <summary>The realm <c>demo</c>, on a real Keycloak server or embedded.</summary>
public sealed class RunningRealm : IAsyncDisposable
{
    /// <summary>The realm's name.</summary>
    public const string Name = "demo";

    private RunningRealm(Uri server) => Server = server;

    /// <summary>The server's base address.</summary>
    public Uri Server { get; }

    /// <summary>The realm's issuer.</summary>
    public Uri Issuer => new(Server, $"/realms/{Name}");

    /// <summary>The real server; null if the realm is embedded.</summary>
    public KeycloakServer? Real { get; private init; }

    /// <summary>The embedded realm, with methods for administration and for simulated failures; null if the server is real.</summary>
    public KeycloakRealm? Embedded { get; private init; }

    /// <summary>The real server's admin API.</summary>
    /// <exception cref="InvalidOperationException">The realm is embedded.</exception>
    public KeycloakAdmin Admin => Real?.Admin ?? throw new InvalidOperationException(
        $"The realm is embedded and has no admin API. Use {nameof(Embedded)}, or set {KeycloakDistribution.HomeVariable}.");

    /// <summary>A description for people, such as <c>Keycloak 26.7.3</c>.</summary>
    public string Description =>
        Real is { } real ? $"Keycloak {real.Distribution.Version}" : "the embedded realm of Keycloak.ApiProtection.Testing";

    /// <summary>The id of the real server's process group; null if the realm is embedded and runs in this process.</summary>
    public int? ProcessId => Real?.ProcessId;

    internal static async Task<RunningRealm> StartAsync(
        KeycloakDistribution? distribution, string realmJson, string logs, CancellationToken cancellation)
    {
        if (distribution is null)
        {
            var embedded = await KeycloakRealm.StartAsync(
                new KeycloakRealmOptions { RealmExport = realmJson, Environment = "Development" }, cancellation);
            return new RunningRealm(embedded.BaseAddress) { Embedded = embedded };
        }

        var real = await KeycloakServer.StartAsync(
            distribution, new KeycloakServerOptions { LogFile = Path.Combine(logs, "keycloak.log") }, cancellation);
        try
        {
            await real.Admin.ImportRealmAsync(realmJson, cancellation);
            return new RunningRealm(real.BaseAddress) { Real = real };
        }
        catch
        {
            await real.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => Real?.DisposeAsync() ?? Embedded!.DisposeAsync();
}
