using Keycloak.ApiProtection.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Applies revocations to open SignalR connections.</summary>
public static class KeycloakSignalRServerBuilderExtensions
{
    /// <summary>
    /// Closes the connections of all hubs, with any transport, when the access token that opened them is revoked. Without it, a connection
    /// stays open after a revocation. Also set <c>CloseOnAuthenticationExpiration</c> in <c>MapHub</c>, so that a connection is closed when
    /// its token expires.
    /// </summary>
    /// <param name="builder">The builder that <c>AddSignalR()</c> returned.</param>
    /// <returns>The same builder.</returns>
    public static ISignalRServerBuilder AddKeycloakRevocations(this ISignalRServerBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<KeycloakRevocationHubFilter>();
        builder.Services.Configure<HubOptions>(options => options.AddFilter<KeycloakRevocationHubFilter>());
        return builder;
    }
}
