using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection;

/// <summary>The context of <see cref="KeycloakBearerEvents.OnForbidden"/>: a 403 response is about to be sent.</summary>
public sealed class ForbiddenContext : ResultContext<KeycloakBearerOptions>
{
    internal ForbiddenContext(HttpContext context, AuthenticationScheme scheme, KeycloakBearerOptions options)
        : base(context, scheme, options)
    {
    }
}
