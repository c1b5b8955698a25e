using Keycloak.ApiProtection;
using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Claims.Foreign;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keycloak's claims for applications that keep their own authentication handler.</summary>
public static class KeycloakClaimsServiceCollectionExtensions
{
    /// <summary>
    /// Turns the identities that JwtBearer (or a handler like it) makes of Keycloak's access tokens into what <c>User.IsInRole</c>,
    /// <c>[Authorize(Roles = "...")]</c> and <c>User.Identity.Name</c> expect: role claims, one claim for each scope, a name.
    /// </summary>
    /// <remarks>
    /// <para>Not needed with <c>AddKeycloakBearer</c>, whose users have that shape from the start.</para>
    /// <para>
    /// It is an <see cref="IClaimsTransformation"/>. One that the application registered before is kept, and runs after it; one that is registered later
    /// displaces it, which is logged at start. Identities that no Keycloak realm issued stay as they are. <see cref="KeycloakClaimsOptions.NameClaimType"/>,
    /// <see cref="KeycloakClaimsOptions.RoleClaimType"/> and <see cref="KeycloakClaimsOptions.MapInboundClaims"/> do not matter here: names and types are
    /// those that the application's handler was told.
    /// </para>
    /// </remarks>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Which roles become role claims; set <see cref="KeycloakClaimsOptions.ClientId"/> for those of this API's own client.</param>
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
