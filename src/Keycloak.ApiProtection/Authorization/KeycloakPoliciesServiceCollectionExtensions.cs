using Keycloak.ApiProtection;
using Keycloak.ApiProtection.Authorization.Policies;
using Keycloak.ApiProtection.Authorization.Startup;
using Keycloak.ApiProtection.Claims.Foreign;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Keycloak's policies to ASP.NET Core authorization.</summary>
public static class KeycloakPoliciesServiceCollectionExtensions
{
    /// <summary>
    /// Adds authorization with policies that need no definition, such as <c>scope:email</c>, <c>realm-role:admin</c>,
    /// <c>client-role:writer</c>, <c>client-role:orders-api/writer</c>, <c>organization:acme</c>, <c>group:/staff</c>, <c>acr:gold</c> and
    /// <c>max-age:300</c>, and enables the corresponding attributes and methods, such as <c>[RequireScope("email")]</c> and
    /// <c>.RequireScope("email")</c>.
    /// </summary>
    /// <remarks>
    /// <para>
    /// <c>AddKeycloakBearer</c> calls it. Without <c>AddKeycloakBearer</c>, it works with any handler that keeps the token's claims, for
    /// example JwtBearer; this API's own client is then <see cref="KeycloakClaimsOptions.ClientId"/> (see <c>AddKeycloakClaims</c>).
    /// </para>
    /// <para>
    /// The application's own policies and its own <see cref="IAuthorizationPolicyProvider"/> have priority; the default and fallback
    /// policies are not changed. The application does not start if an endpoint names a policy that cannot be resolved. Further calls have
    /// no effect.
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
        services.TryAddEnumerable(ServiceDescriptor.Transient<IStartupFilter, EndpointAuthenticationLevelCheck>());
        ServiceDecoration.Decorate<IAuthorizationPolicyProvider, KeycloakPolicyProvider>(services);
        return services;
    }
}
