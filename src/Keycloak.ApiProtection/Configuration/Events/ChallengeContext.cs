using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection;

/// <summary>400, 401 or 503 is about to be answered. <see cref="HandleResponse"/> says that the application has answered itself.</summary>
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

    /// <summary>Gets the refusal as the framework carries it.</summary>
    /// <value>Null when no token came.</value>
    public Exception? AuthenticateFailure { get; internal init; }

    /// <summary>Gets why the token was refused.</summary>
    /// <value>Null when no token came, and when nothing could be decided.</value>
    public TokenRejection? Rejection => (AuthenticateFailure as TokenRejectedException)?.Rejection;

    /// <summary>Gets or sets the status that is answered: 401, 400 (<c>invalid_request</c>) or 503.</summary>
    /// <remarks>
    /// Of several schemes only the first challenge is sent where it has a body: then <c>Response.HasStarted</c> is true, and what is set here has no effect.
    /// The same holds where another scheme has answered 503.
    /// </remarks>
    public int StatusCode { get; set; }

    /// <summary>Gets or sets <c>error</c> (RFC 6750 section 3).</summary>
    /// <value>Null: it is left out, as it must be when no token came.</value>
    public string? Error { get; set; }

    /// <summary>Gets or sets <c>error_description</c>. Characters that RFC 6750 does not allow are left out.</summary>
    /// <value>Null: it is left out.</value>
    public string? ErrorDescription { get; set; }

    /// <summary>Gets or sets <c>error_uri</c>. Characters that RFC 6750 does not allow are left out.</summary>
    /// <value>Null by default: it is left out.</value>
    public string? ErrorUri { get; set; }

    /// <summary>Gets whether the application has answered itself.</summary>
    public bool Handled { get; private set; }

    /// <summary>The challenge that follows from a failure (null: no token came), before the event may change it. Another scheme may have answered 503 already.</summary>
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

    /// <summary>Nothing more is written: the application has answered. The response has <see cref="StatusCode"/> as its status already; set another one where that is not meant.</summary>
    public void HandleResponse() => Handled = true;
}
