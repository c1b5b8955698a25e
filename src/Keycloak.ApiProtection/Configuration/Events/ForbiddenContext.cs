using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection;

/// <summary>403 is about to be answered.</summary>
public sealed class ForbiddenContext : ResultContext<KeycloakBearerOptions>
{
    internal ForbiddenContext(HttpContext context, AuthenticationScheme scheme, KeycloakBearerOptions options)
        : base(context, scheme, options)
    {
    }
}
