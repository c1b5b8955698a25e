using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection;

/// <summary>
/// The context of <see cref="KeycloakBearerEvents.OnChallenge"/>: a 400, 401 or 503 response is about to be sent. The application can
/// call <see cref="HandleResponse"/> to write the response itself.
/// </summary>
public sealed class ChallengeContext : PropertiesContext<KeycloakBearerOptions>
{
    internal ChallengeContext(
        HttpContext context,
        AuthenticationScheme scheme,
        KeycloakBearerOptions options,
        AuthenticationProperties? properties)
        : base(context, scheme, options, properties)
    {
    }

    /// <summary>Gets the exception that describes the authentication failure.</summary>
    /// <value>
    /// <see langword="null"/> if the request has no token, or if the token is accepted and the endpoint requires another login
    /// (<see cref="Error"/> is then <c>insufficient_user_authentication</c>).
    /// </value>
    public Exception? AuthenticateFailure { get; internal init; }

    /// <summary>Gets the reason why the token was rejected.</summary>
    /// <value>
    /// <see langword="null"/> if the request has no token, if the token could not be verified, or if it is accepted and the endpoint
    /// requires another login.
    /// </value>
    public TokenRejection? Rejection => (AuthenticateFailure as TokenRejectedException)?.Rejection;

    /// <summary>Gets or sets the status code of the response: 401, 400 (<c>invalid_request</c>) or 503.</summary>
    /// <remarks>
    /// If several schemes are challenged and the first response has a body, only the first challenge is sent. Then
    /// <c>Response.HasStarted</c> is <see langword="true"/>, and a value that is set here has no effect. It has no effect either if
    /// another scheme has already set the status 503.
    /// </remarks>
    public int StatusCode { get; set; }

    /// <summary>Gets or sets the <c>error</c> of the <c>WWW-Authenticate</c> header (RFC 6750 section 3).</summary>
    /// <value>If it is <see langword="null"/>, the parameter is omitted. It must be omitted if the request has no token.</value>
    public string? Error { get; set; }

    /// <summary>Gets or sets the <c>error_description</c>. Characters that RFC 6750 does not allow are removed.</summary>
    /// <value>If it is <see langword="null"/>, the parameter is omitted.</value>
    public string? ErrorDescription { get; set; }

    /// <summary>Gets or sets the <c>error_uri</c>. Characters that RFC 6750 does not allow are removed.</summary>
    /// <value>The default is <see langword="null"/>. If it is <see langword="null"/>, the parameter is omitted.</value>
    public string? ErrorUri { get; set; }

    /// <summary>
    /// Gets or sets the levels that the client must request, separated by spaces (<c>acr_values</c>, RFC 9470 section 3).
    /// </summary>
    /// <value><see langword="null"/> if the endpoint requires no other level; the parameter is then omitted.</value>
    public string? AcrValues { get; set; }

    /// <summary>Gets or sets the maximum age of the login that the client must request (<c>max_age</c>, RFC 9470 section 3).</summary>
    /// <value>
    /// <see langword="null"/> if the endpoint accepts any age; the parameter is then omitted. It is written in whole seconds.
    /// </value>
    public TimeSpan? MaxAge { get; set; }

    /// <summary>Gets a value that indicates whether the application writes the response itself.</summary>
    public bool Handled { get; private set; }

    /// <summary>Creates the challenge that follows from a failure. The event can change it afterwards.</summary>
    /// <param name="context">The request.</param>
    /// <param name="scheme">The scheme.</param>
    /// <param name="options">The options of the scheme.</param>
    /// <param name="properties">The properties of the challenge.</param>
    /// <param name="failure">The failure; null if the request has no token.</param>
    /// <param name="isUndecidedElsewhere">Whether another scheme has already set the status 503.</param>
    internal static ChallengeContext For(
        HttpContext context,
        AuthenticationScheme scheme,
        KeycloakBearerOptions options,
        AuthenticationProperties properties,
        Exception? failure,
        bool isUndecidedElsewhere)
    {
        var rejection = (failure as TokenRejectedException)?.Rejection;
        var isUnavailable = failure is RealmUnavailableException;
        return new ChallengeContext(context, scheme, options, properties)
        {
            AuthenticateFailure = failure,
            StatusCode = isUnavailable || isUndecidedElsewhere ? StatusCodes.Status503ServiceUnavailable
                : rejection?.Error == "invalid_request" ? StatusCodes.Status400BadRequest
                : StatusCodes.Status401Unauthorized,
            Error = failure is null || isUnavailable ? null : rejection?.Error ?? "invalid_token",
            ErrorDescription = rejection?.Description,
        };
    }

    /// <summary>Makes this the challenge for an accepted token whose login is not sufficient (RFC 9470 section 3).</summary>
    /// <param name="description">What the endpoint requires.</param>
    /// <param name="acrValues">The levels that the client must request, or null for any level.</param>
    /// <param name="maxAge">The maximum age of the login, or null for any age.</param>
    internal void RequireAuthentication(string description, string? acrValues, TimeSpan? maxAge) =>
        (Error, ErrorDescription, AcrValues, MaxAge) = ("insufficient_user_authentication", description, acrValues, maxAge);

    /// <summary>
    /// Indicates that the application writes the response itself, so that the handler writes nothing more. The response already has the
    /// status <see cref="StatusCode"/>; the application can set another one.
    /// </summary>
    public void HandleResponse() => Handled = true;
}
