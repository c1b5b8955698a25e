using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection;

/// <summary>A request has come, and no token was looked for yet.</summary>
/// <param name="context">The request.</param>
/// <param name="scheme">The scheme.</param>
/// <param name="options">The scheme's options.</param>
public sealed class MessageReceivedContext(HttpContext context, AuthenticationScheme scheme, KeycloakBearerOptions options)
    : ResultContext<KeycloakBearerOptions>(context, scheme, options)
{
    /// <summary>Gets or sets the token, where the application found it elsewhere.</summary>
    /// <value>Null by default: then, after this event, the Authorization header is read, and on <see cref="KeycloakBearerOptions.QueryTokenPaths"/> the query.</value>
    public string? Token { get; set; }
}
