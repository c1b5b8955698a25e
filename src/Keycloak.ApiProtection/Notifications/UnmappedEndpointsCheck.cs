using Keycloak.ApiProtection.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>Logs a warning at start if LoginClients is set but the endpoints for Keycloak's notifications are not mapped.</summary>
internal sealed class UnmappedEndpointsCheck(
    NotificationSchemes schemes, IHostApplicationLifetime application, ILogger<UnmappedEndpointsCheck> logger) : IHostedService
{
    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Endpoints of UseEndpoints are mapped only while the server starts.
        application.ApplicationStarted.Register(Check);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Check()
    {
        if (schemes.AreMapped)
        {
            return;
        }

        foreach (var scheme in schemes.All.Where(scheme => scheme.HasLoginClients))
        {
            logger.LoginClientsUnused(scheme.Name);
        }
    }
}
