namespace Keycloak.ApiProtection;

/// <summary>Where an application can take part in the authentication of a request; named and shaped as in JwtBearer.</summary>
/// <remarks>
/// Assign the delegates, or derive and override, and name the type as <c>EventsType</c> to have it made by DI for each request.
/// An event that nobody listens to costs nothing.
/// </remarks>
public class KeycloakBearerEvents
{
    private static readonly Func<object, Task> Nothing = _ => Task.CompletedTask;

    /// <summary>Gets or sets what is called before a token is looked for; it can bring one from elsewhere, or set or remove the header.</summary>
    public Func<MessageReceivedContext, Task> OnMessageReceived { get; set; } = Nothing;

    /// <summary>Gets or sets what is called when a token was found good; it can replace the principal, or refuse.</summary>
    public Func<TokenValidatedContext, Task> OnTokenValidated { get; set; } = Nothing;

    /// <summary>Gets or sets what is called when a token was rejected, when nothing could be decided, or when one of the two events above has thrown.</summary>
    public Func<AuthenticationFailedContext, Task> OnAuthenticationFailed { get; set; } = Nothing;

    /// <summary>Gets or sets what is called before 400, 401 or 503 is answered; of several schemes also where another one has sent the response already.</summary>
    public Func<ChallengeContext, Task> OnChallenge { get; set; } = Nothing;

    /// <summary>Gets or sets what is called before 403 is answered; of several schemes also where another one has sent the response already.</summary>
    public Func<ForbiddenContext, Task> OnForbidden { get; set; } = Nothing;

    /// <summary>Called before a token is looked for.</summary>
    /// <param name="context">What is known of the request so far.</param>
    public virtual Task MessageReceived(MessageReceivedContext context) => OnMessageReceived(context);

    /// <summary>Called when a token was found good.</summary>
    /// <param name="context">The token and the principal made of it.</param>
    public virtual Task TokenValidated(TokenValidatedContext context) => OnTokenValidated(context);

    /// <summary>Called when a token was refused, or when nothing could be decided.</summary>
    /// <param name="context">The refusal.</param>
    public virtual Task AuthenticationFailed(AuthenticationFailedContext context) => OnAuthenticationFailed(context);

    /// <summary>Called before 400, 401 or 503 is answered.</summary>
    /// <param name="context">What is about to be answered.</param>
    public virtual Task Challenge(ChallengeContext context) => OnChallenge(context);

    /// <summary>Called before 403 is answered.</summary>
    /// <param name="context">What is about to be answered.</param>
    public virtual Task Forbidden(ForbiddenContext context) => OnForbidden(context);

    internal bool ListensToMessageReceived => IsDerived || !ReferenceEquals(OnMessageReceived, Nothing);

    internal bool ListensToTokenValidated => IsDerived || !ReferenceEquals(OnTokenValidated, Nothing);

    internal bool ListensToAuthenticationFailed => IsDerived || !ReferenceEquals(OnAuthenticationFailed, Nothing);

    private bool IsDerived => GetType() != typeof(KeycloakBearerEvents);
}
