namespace Keycloak.ApiProtection;

/// <summary>
/// The events that an application can handle to control the authentication of a request. They have the names and the
/// shape of JwtBearer's events.
/// </summary>
/// <remarks>
/// Set the delegates, or derive from this class and override its methods. If <c>EventsType</c> is set to the derived type, the service
/// provider creates it for each request. An event without a handler has no cost.
/// </remarks>
public class KeycloakBearerEvents
{
    private static readonly Func<object, Task> Nothing = _ => Task.CompletedTask;

    /// <summary>
    /// Gets or sets the delegate that is invoked before the token is read from the request. It can set a token from another place, or
    /// set or remove the header.
    /// </summary>
    public Func<MessageReceivedContext, Task> OnMessageReceived { get; set; } = Nothing;

    /// <summary>
    /// Gets or sets the delegate that is invoked after the token was accepted. It can replace the principal or reject the token.
    /// </summary>
    public Func<TokenValidatedContext, Task> OnTokenValidated { get; set; } = Nothing;

    /// <summary>
    /// Gets or sets the delegate that is invoked if the token was rejected or could not be verified, or if
    /// <see cref="OnMessageReceived"/> or <see cref="OnTokenValidated"/> threw an exception.
    /// </summary>
    public Func<AuthenticationFailedContext, Task> OnAuthenticationFailed { get; set; } = Nothing;

    /// <summary>
    /// Gets or sets the delegate that is invoked before a 400, 401 or 503 response is sent. With several schemes, it is also invoked if
    /// another scheme has already sent the response.
    /// </summary>
    public Func<ChallengeContext, Task> OnChallenge { get; set; } = Nothing;

    /// <summary>
    /// Gets or sets the delegate that is invoked before a 403 response is sent. With several schemes, it is also invoked if another
    /// scheme has already sent the response.
    /// </summary>
    public Func<ForbiddenContext, Task> OnForbidden { get; set; } = Nothing;

    /// <summary>Invoked before the token is read from the request.</summary>
    /// <param name="context">The context, in which a token can be set.</param>
    public virtual Task MessageReceived(MessageReceivedContext context) => OnMessageReceived(context);

    /// <summary>Invoked after the token was accepted.</summary>
    /// <param name="context">The context with the token and its principal.</param>
    public virtual Task TokenValidated(TokenValidatedContext context) => OnTokenValidated(context);

    /// <summary>
    /// Invoked if the token was rejected or could not be verified, or if <see cref="MessageReceived"/> or
    /// <see cref="TokenValidated"/> threw an exception.
    /// </summary>
    /// <param name="context">The context with the failure.</param>
    public virtual Task AuthenticationFailed(AuthenticationFailedContext context) => OnAuthenticationFailed(context);

    /// <summary>Invoked before a 400, 401 or 503 response is sent.</summary>
    /// <param name="context">The context with the challenge.</param>
    public virtual Task Challenge(ChallengeContext context) => OnChallenge(context);

    /// <summary>Invoked before a 403 response is sent.</summary>
    /// <param name="context">The context of the forbidden request.</param>
    public virtual Task Forbidden(ForbiddenContext context) => OnForbidden(context);

    internal bool ListensToMessageReceived => IsDerived || !ReferenceEquals(OnMessageReceived, Nothing);

    internal bool ListensToTokenValidated => IsDerived || !ReferenceEquals(OnTokenValidated, Nothing);

    internal bool ListensToAuthenticationFailed => IsDerived || !ReferenceEquals(OnAuthenticationFailed, Nothing);

    private bool IsDerived => GetType() != typeof(KeycloakBearerEvents);
}
