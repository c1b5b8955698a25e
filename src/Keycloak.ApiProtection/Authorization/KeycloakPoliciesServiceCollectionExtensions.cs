using Keycloak.ApiProtection;
using Keycloak.ApiProtection.Authorization.Policies;
using Keycloak.ApiProtection.Authorization.Startup;
using Keycloak.ApiProtection.Claims.Foreign;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keycloak's policies for ASP.NET Core's authorization.</summary>
public static class KeycloakPoliciesServiceCollectionExtensions
{
    /// <summary>
    /// Adds authorization in which policies such as <c>scope:email</c>, <c>realm-role:admin</c>, <c>client-role:writer</c>, <c>client-role:orders-api/writer</c>,
    /// <c>organization:acme</c> and <c>group:/staff</c> exist by name, as do <c>[RequireScope("email")]</c>, <c>.RequireScope("email")</c> and the like.
    /// </summary>
    /// <remarks>
    /// <para>
    /// <c>AddKeycloakBearer</c> calls it. By itself it works with any handler that keeps the token's claims, JwtBearer for example; this API's own client is
    /// then <see cref="KeycloakClaimsOptions.ClientId"/> (see <c>AddKeycloakClaims</c>).
    /// </para>
    /// <para>
    /// The application's own policies, and its own <see cref="IAuthorizationPolicyProvider"/>, come first; default and fallback policy stay theirs. Names that
    /// cannot be resolved stop the application at start. Calling it again changes nothing.
    /// </para>
    /// </remarks>
    /// <param name="services">The application's services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddKeycloakPolicies(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);

        services.AddAuthorization();
        services.AddOptions<KeycloakClaimsOptions>();
        services.TryAddSingleton<KeycloakPolicies>();
        services.TryAddEnumerable(ServiceDescriptor.Transient<IStartupFilter, EndpointPolicyCheck>());
        services.TryAddEnumerable(ServiceDescriptor.Transient<IStartupFilter, EndpointActiveTokenCheck>());
        ServiceDecoration.Decorate<IAuthorizationPolicyProvider, KeycloakPolicyProvider>(services);
        return services;
    }
}
