using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection;

/// <summary>A token was found good. <c>Principal</c> is what it says; the application may replace it, or call <c>Fail</c>.</summary>
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

    /// <summary>Gets the token.</summary>
    public AccessToken AccessToken { get; }
}
