using Keycloak.ApiProtection.Health;
using Keycloak.ApiProtection.Journal;
using Keycloak.ApiProtection.Schemes;
using Keycloak.ApiProtection.StoredEvents;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extension methods to report the health of the verification of tokens.</summary>
public static class KeycloakHealthChecksBuilderExtensions
{
    private static readonly string[] DefaultTags = ["keycloak", "ready"];

    /// <summary>
    /// Adds a health check of all Keycloak schemes. It never calls Keycloak: it reports what the process knows of the realm's keys, of
    /// introspection, of the journal and of the stored events.
    /// </summary>
    /// <param name="builder">The builder that <c>AddHealthChecks</c> returned.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="failureStatus">
    /// The status if requests with a token get 503; null: <see cref="HealthStatus.Unhealthy"/>. What does not prevent a decision is
    /// <see cref="HealthStatus.Degraded"/>.
    /// </param>
    /// <param name="tags">The tags of the check; null: <c>keycloak</c> and <c>ready</c>.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>
    /// Use it for readiness, not for liveness: a restart does not help while Keycloak is down, and loses the cached keys. The data contain
    /// the issuer, the number of keys, and codes of problems, but nothing of a token.
    /// </remarks>
    public static IHealthChecksBuilder AddKeycloak(
        this IHealthChecksBuilder builder,
        string name = "keycloak",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        return builder.Add(new HealthCheckRegistration(
            name,
            services => new KeycloakHealthCheck(
                services.GetRequiredService<KeycloakSchemes>(),
                services.GetService<SharedRevocations>(),
                services.GetService<StoredEventsFeeds>()),
            failureStatus,
            tags ?? DefaultTags));
    }
}
