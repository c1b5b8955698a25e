using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection;

/// <summary>
/// The context of <see cref="KeycloakBearerEvents.OnAuthenticationFailed"/>: a token was rejected or could not be verified, or another
/// event threw an exception. The application can still call <c>Success</c> or <c>NoResult</c>.
/// </summary>
public sealed class AuthenticationFailedContext : ResultContext<KeycloakBearerOptions>
{
    internal AuthenticationFailedContext(
        HttpContext context,
        AuthenticationScheme scheme,
        KeycloakBearerOptions options,
        Exception exception)
        : base(context, scheme, options) => Exception = exception;

    /// <summary>Gets the exception that describes the failure.</summary>
    /// <value>
    /// A <see cref="TokenRejectedException"/> if the token was rejected, or a <see cref="RealmUnavailableException"/> if it could not be
    /// verified; neither of them was thrown. Any other exception was thrown by an event, or because the client aborted the request; it is
    /// rethrown unless this event sets a result.
    /// </value>
    public Exception Exception { get; }

    /// <summary>Gets the reason why the token was rejected.</summary>
    /// <value>
    /// <see langword="null"/> if the token could not be verified because Keycloak is unavailable, or if an event threw an exception.
    /// </value>
    public TokenRejection? Rejection => (Exception as TokenRejectedException)?.Rejection;
}
