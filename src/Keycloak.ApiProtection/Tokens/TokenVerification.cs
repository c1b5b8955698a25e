using System.Diagnostics.CodeAnalysis;

namespace Keycloak.ApiProtection.Tokens;

/// <summary>The result of verifying a token: accepted, rejected, or undecided because the realm's keys are unavailable.</summary>
internal readonly struct TokenVerification
{
    private readonly AccessToken? _token;
    private readonly TokenRejection? _rejection;

    private TokenVerification(AccessToken? token, TokenRejection? rejection, TimeSpan retryAfter)
    {
        _token = token;
        _rejection = rejection;
        RetryAfter = retryAfter;
    }

    /// <summary>Gets how long the client should wait before it sends the request again, if the result is undecided.</summary>
    public TimeSpan RetryAfter { get; }

    /// <summary>Creates the result for an accepted token.</summary>
    public static TokenVerification Accepted(AccessToken token) => new(token, null, default);

    /// <summary>Creates the result for a rejected token.</summary>
    public static TokenVerification Rejected(TokenRejection rejection) => new(null, rejection, default);

    /// <summary>Creates the result for a token that could not be verified, because Keycloak is unavailable.</summary>
    public static TokenVerification Undecided(TimeSpan retryAfter) => new(null, null, retryAfter);

    /// <summary>Returns whether the token was accepted.</summary>
    public bool IsAccepted([NotNullWhen(true)] out AccessToken? token)
    {
        token = _token;
        return token is not null;
    }

    /// <summary>Returns whether the token was rejected.</summary>
    public bool IsRejected([NotNullWhen(true)] out TokenRejection? rejection)
    {
        rejection = _rejection;
        return rejection is not null;
    }
}
