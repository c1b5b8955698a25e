using Keycloak.ApiProtection.Journal;
using Keycloak.ApiProtection.Schemes;
using Microsoft.Extensions.Hosting;

namespace Keycloak.ApiProtection;

/// <summary>
/// Reads the journal before the server accepts requests, and appends what waits before the application ends. It runs before and after the
/// web server, because hosted services start in the order of their registration and stop in the reverse order.
/// </summary>
internal sealed class RevocationJournalStartup(KeycloakSchemes schemes, SharedRevocations shared) : IHostedService
{
    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // The revocations of each scheme must receive the entries of the first read.
        foreach (var _ in schemes.All)
        {
        }

        return shared.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => shared.StopAsync(cancellationToken);
}
