using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection;

/// <summary>
/// The context of <see cref="KeycloakBearerEvents.OnMessageReceived"/>: the token has not been read from the request yet.
/// </summary>
/// <param name="context">The request.</param>
/// <param name="scheme">The scheme.</param>
/// <param name="options">The options of the scheme.</param>
public sealed class MessageReceivedContext(HttpContext context, AuthenticationScheme scheme, KeycloakBearerOptions options)
    : ResultContext<KeycloakBearerOptions>(context, scheme, options)
{
    /// <summary>Gets or sets the token, if the application reads it from another place.</summary>
    /// <value>
    /// The default is <see langword="null"/>. If it is <see langword="null"/>, the token is read from the Authorization header after this
    /// event, and on <see cref="KeycloakBearerOptions.QueryTokenPaths"/> also from the query.
    /// </value>
    public string? Token { get; set; }
}
