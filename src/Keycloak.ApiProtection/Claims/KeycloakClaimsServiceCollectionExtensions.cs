using Keycloak.ApiProtection;
using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Claims.Foreign;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Extension methods for Keycloak's claims in applications that use another authentication handler.</summary>
public static class KeycloakClaimsServiceCollectionExtensions
{
    /// <summary>
    /// Changes the identities that JwtBearer (or a similar handler) creates from Keycloak's access tokens, so that <c>User.IsInRole</c>,
    /// <c>[Authorize(Roles = "...")]</c> and <c>User.Identity.Name</c> work: adds role claims, one claim for each scope, and a name.
    /// </summary>
    /// <remarks>
    /// <para>Not needed with <c>AddKeycloakBearer</c>, which creates such identities itself.</para>
    /// <para>
    /// This method registers an <see cref="IClaimsTransformation"/>. A transformation that the application registered before is kept and
    /// runs afterward. A transformation that is registered later replaces this one; a warning at startup reports it. Identities that no
    /// Keycloak realm issued are not changed. <see cref="KeycloakClaimsOptions.NameClaimType"/>,
    /// <see cref="KeycloakClaimsOptions.RoleClaimType"/> and <see cref="KeycloakClaimsOptions.MapInboundClaims"/> have no effect here: the
    /// claim types are those that are configured in the application's handler.
    /// </para>
    /// </remarks>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">
    /// Configures which roles become role claims. Set <see cref="KeycloakClaimsOptions.ClientId"/> for the roles of this API's own client.
    /// </param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddKeycloakClaims(this IServiceCollection services, Action<KeycloakClaimsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);

        var options = services.AddOptions<KeycloakClaimsOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<KeycloakClaimsOptions>, KeycloakClaimsOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Transient<IStartupFilter, ClaimsTransformationCheck>());
        ServiceDecoration.Decorate<IClaimsTransformation, KeycloakClaimsTransformation>(services);
        return services;
    }
}
