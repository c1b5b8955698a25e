using Keycloak.ApiProtection.Schemes;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Connections;

/// <summary>Closes a hub connection when the access token that opened it is revoked.</summary>
/// <remarks>The client's next attempt to connect with this token is rejected by the authentication handler.</remarks>
internal sealed class KeycloakRevocationHubFilter(KeycloakSchemes schemes) : IHubFilter
{
    private static readonly object Watches = new();

    /// <inheritdoc />
    public async Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
    {
        if (context.Context.User is { } user)
        {
            context.Context.Items[Watches] = schemes.All
                .Select(scheme => scheme.Revocations.Watch(user, context.Context.Abort))
                .ToArray();
        }

        try
        {
            await next(context);
        }
        catch
        {
            // OnDisconnectedAsync is not called for a connection that the hub itself rejects.
            End(context);
            throw;
        }
    }

    /// <inheritdoc />
    public Task OnDisconnectedAsync(HubLifetimeContext context, Exception? exception, Func<HubLifetimeContext, Exception?, Task> next)
    {
        End(context);
        return next(context, exception);
    }

    private static void End(HubLifetimeContext context)
    {
        if (context.Context.Items.Remove(Watches, out var watches))
        {
            Array.ForEach((IDisposable[])watches!, watch => watch.Dispose());
        }
    }
}
