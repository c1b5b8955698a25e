using System.Diagnostics.CodeAnalysis;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection.Schemes;

/// <summary>The outcome of all checks of a request's token: accepted with its claims, rejected, or undecided.</summary>
internal readonly struct TokenOutcome
{
    private TokenOutcome(
        AccessToken? token, AccessTokenClaims? claims, TimeSpan? confirmedAge, TokenRejection? rejection, TimeSpan retryAfter) =>
        (Token, Claims, ConfirmedAge, Rejection, RetryAfter) = (token, claims, confirmedAge, rejection, retryAfter);

    /// <summary>Gets the accepted token, or null.</summary>
    public AccessToken? Token { get; }

    /// <summary>Gets the claims of the accepted token, which an introspection response may have replaced; or null.</summary>
    public AccessTokenClaims? Claims { get; }

    /// <summary>Gets the maximum age of Keycloak's "active" response, or null if the token was not introspected.</summary>
    public TimeSpan? ConfirmedAge { get; }

    /// <summary>
    /// Gets the reason why the token is rejected, or null. If there is neither a token nor a reason, nothing could be decided.
    /// </summary>
    public TokenRejection? Rejection { get; }

    /// <summary>Gets how long to wait before the next attempt if nothing could be decided.</summary>
    public TimeSpan RetryAfter { get; }

    /// <summary>Whether the token is accepted.</summary>
    [MemberNotNullWhen(true, nameof(Token), nameof(Claims))]
    public bool IsAccepted => Token is not null && Claims is not null;

    public static TokenOutcome Accepted(AccessToken token, AccessTokenClaims claims, TimeSpan? confirmedAge) =>
        new(token, claims, confirmedAge, null, default);

    public static TokenOutcome Rejected(TokenRejection rejection) => new(null, null, null, rejection, default);

    public static TokenOutcome Undecided(TimeSpan retryAfter) => new(null, null, null, null, retryAfter);

    /// <summary>Returns the outcome of a check that did not accept the token.</summary>
    public static TokenOutcome Of<T>(in Decision<T> decision)
        where T : class => new(null, null, null, decision.IsRejected(out var rejection) ? rejection : null, decision.RetryAfter);
}
