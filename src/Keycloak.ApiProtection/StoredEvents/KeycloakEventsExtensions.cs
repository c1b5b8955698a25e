using Keycloak.ApiProtection;
using Keycloak.ApiProtection.Journal;
using Keycloak.ApiProtection.StoredEvents;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extension methods for APIs that read the events that Keycloak stores.</summary>
public static class KeycloakEventsExtensions
{
    /// <summary>
    /// Reads the events that Keycloak stores, and revokes the tokens that they concern: logouts, revoked tokens, disabled users, roles that
    /// were taken away, and more. For the scheme <c>Keycloak</c>.
    /// </summary>
    /// <param name="builder">The builder that <c>AddKeycloakBearer</c> returned.</param>
    /// <param name="configure">
    /// A delegate that configures the options, which take precedence over the section <c>Events</c>; null if there is nothing to configure.
    /// </param>
    /// <returns>The same <see cref="AuthenticationBuilder"/>.</returns>
    /// <remarks>
    /// Keycloak 26 is required. The realm must store its events, and the service account of this API's client needs the role
    /// <c>view-events</c> of <c>realm-management</c>. What is missing is logged at start. The events are polled with this API's
    /// <see cref="KeycloakBearerOptions.Credentials"/>.
    /// </remarks>
    /// <exception cref="OptionsValidationException">
    /// There are no credentials, or an option is out of range. The exception is thrown when the application starts.
    /// </exception>
    public static AuthenticationBuilder AddKeycloakEvents(
        this AuthenticationBuilder builder, Action<KeycloakEventsOptions>? configure = null) =>
        builder.AddKeycloakEvents(KeycloakBearerDefaults.AuthenticationScheme, configure);

    /// <summary>Reads the events that Keycloak stores for the realm of one scheme.</summary>
    /// <param name="builder">The builder that <c>AddKeycloakBearer</c> returned.</param>
    /// <param name="authenticationScheme">The name of the scheme.</param>
    /// <param name="configure">A delegate that configures the options; null if there is nothing to configure.</param>
    /// <returns>The same <see cref="AuthenticationBuilder"/>.</returns>
    public static AuthenticationBuilder AddKeycloakEvents(
        this AuthenticationBuilder builder, string authenticationScheme, Action<KeycloakEventsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(authenticationScheme);
        var services = builder.Services;
        services.TryAddSingleton<IPollingTurn>(provider =>
            provider.GetService<SharedRevocations>() is { } shared ? new SharedTurn(shared) : new AlwaysMyTurn());
        services.TryAddSingleton<StoredEventsMetrics>();
        services.TryAddSingleton<StoredEventsFeeds>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, StoredEventsService>());
        services.Configure<KeycloakBearerOptions>(authenticationScheme, options =>
        {
            options.StoredEvents.IsEnabled = true;
            configure?.Invoke(options.StoredEvents);
        });
        return builder;
    }
}
