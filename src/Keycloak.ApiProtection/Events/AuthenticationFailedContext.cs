using Keycloak.ApiProtection.Tokens;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection.Events;

/// <summary>A token was refused, or nothing could be decided. The application may still call <c>Success</c> or <c>NoResult</c>.</summary>
public sealed class AuthenticationFailedContext : ResultContext<KeycloakBearerOptions>
{
    internal AuthenticationFailedContext(
        HttpContext context,
        AuthenticationScheme scheme,
        KeycloakBearerOptions options,
        Exception exception)
        : base(context, scheme, options) => Exception = exception;

    /// <summary>Gets the refusal as the framework carries it: a <see cref="TokenRefusedException"/>, or a <see cref="RealmUnavailableException"/>. It was not thrown.</summary>
    public Exception Exception { get; }

    /// <summary>Gets why the token was refused.</summary>
    /// <value>Null when nothing could be decided, because Keycloak is out of reach.</value>
    public TokenRejection? Rejection => (Exception as TokenRefusedException)?.Rejection;
}
