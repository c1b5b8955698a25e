using System.Diagnostics.CodeAnalysis;

namespace Keycloak.ApiProtection.Tokens;

/// <summary>What came of checking a token: accepted, refused, or undecided because the realm's keys cannot be had.</summary>
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

    /// <summary>Gets how long to wait before asking again, where nothing could be decided.</summary>
    public TimeSpan RetryAfter { get; }

    /// <summary>The token is good.</summary>
    public static TokenVerification Accepted(AccessToken token) => new(token, null, default);

    /// <summary>The token is not good.</summary>
    public static TokenVerification Rejected(TokenRejection rejection) => new(null, rejection, default);

    /// <summary>Nobody can say: Keycloak is out of reach.</summary>
    public static TokenVerification Undecided(TimeSpan retryAfter) => new(null, null, retryAfter);

    /// <summary>Whether the token is good.</summary>
    public bool IsAccepted([NotNullWhen(true)] out AccessToken? token)
    {
        token = _token;
        return token is not null;
    }

    /// <summary>Whether the token is not good.</summary>
    public bool IsRejected([NotNullWhen(true)] out TokenRejection? rejection)
    {
        rejection = _rejection;
        return rejection is not null;
    }
}
