using Keycloak.ApiProtection.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets revocations reach SignalR's open connections.</summary>
public static class KeycloakSignalRServerBuilderExtensions
{
    /// <summary>
    /// Closes the connections of all hubs, whatever their transport, when the access token that opened them is revoked. Without it a
    /// connection outlives its token. Set <c>CloseOnAuthenticationExpiration</c> in <c>MapHub</c> as well, so that it does not outlive the token's end either.
    /// </summary>
    /// <param name="builder">What <c>AddSignalR()</c> returned.</param>
    /// <returns>The same builder.</returns>
    public static ISignalRServerBuilder AddKeycloakRevocations(this ISignalRServerBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<KeycloakRevocationHubFilter>();
        builder.Services.Configure<HubOptions>(options => options.AddFilter<KeycloakRevocationHubFilter>());
        return builder;
    }
}
