using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection;

/// <summary>
/// The context of <see cref="KeycloakBearerEvents.OnTokenValidated"/>: the token was accepted. <c>Principal</c> has the claims of the
/// token. The application can replace it, or call <c>Fail</c>.
/// </summary>
public sealed class TokenValidatedContext : ResultContext<KeycloakBearerOptions>
{
    internal TokenValidatedContext(
        HttpContext context,
        AuthenticationScheme scheme,
        KeycloakBearerOptions options,
        AccessToken accessToken,
        ClaimsPrincipal principal,
        AuthenticationProperties properties)
        : base(context, scheme, options)
    {
        AccessToken = accessToken;
        Principal = principal;
        Properties = properties;
    }

    /// <summary>Gets the accepted token.</summary>
    public AccessToken AccessToken { get; }
}
