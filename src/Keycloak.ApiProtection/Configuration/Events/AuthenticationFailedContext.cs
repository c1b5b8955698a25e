using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection;

/// <summary>A token was rejected, nothing could be decided, or another event has thrown. The application may still call <c>Success</c> or <c>NoResult</c>.</summary>
public sealed class AuthenticationFailedContext : ResultContext<KeycloakBearerOptions>
{
    internal AuthenticationFailedContext(
        HttpContext context,
        AuthenticationScheme scheme,
        KeycloakBearerOptions options,
        Exception exception)
        : base(context, scheme, options) => Exception = exception;

    /// <summary>
    /// Gets the rejection as the framework carries it: a <see cref="TokenRejectedException"/>, or a <see cref="RealmUnavailableException"/>; neither was thrown.
    /// Any other exception was thrown by an event, or because the client aborted the request; it is thrown again unless this event sets a result.
    /// </summary>
    public Exception Exception { get; }

    /// <summary>Gets why the token was refused.</summary>
    /// <value>Null when nothing could be decided, because Keycloak is out of reach, and when an event has thrown.</value>
    public TokenRejection? Rejection => (Exception as TokenRejectedException)?.Rejection;
}
