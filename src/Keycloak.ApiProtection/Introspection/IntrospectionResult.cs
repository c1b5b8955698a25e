using System.Diagnostics.CodeAnalysis;
using Keycloak.ApiProtection.Claims.Payload;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>What came of asking about a token: active with these claims, refused, or undecided because Keycloak cannot answer.</summary>
internal readonly struct IntrospectionResult
{
    private readonly AccessTokenClaims? _claims;
    private readonly TokenRejection? _rejection;

    private IntrospectionResult(AccessTokenClaims? claims, TokenRejection? rejection, TimeSpan retryAfter)
    {
        _claims = claims;
        _rejection = rejection;
        RetryAfter = retryAfter;
    }

    /// <summary>Gets how long to wait before asking again, where nothing could be decided; at least a second.</summary>
    public TimeSpan RetryAfter { get; }

    public static IntrospectionResult Active(AccessTokenClaims claims) => new(claims, null, default);

    public static IntrospectionResult Rejected(TokenRejection rejection) => new(null, rejection, default);

    public static IntrospectionResult Undecided(TimeSpan retryAfter) =>
        new(null, null, TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(retryAfter.TotalSeconds))));

    /// <summary>Whether the token is active, and what it says now.</summary>
    public bool IsActive([NotNullWhen(true)] out AccessTokenClaims? claims)
    {
        claims = _claims;
        return claims is not null;
    }

    /// <summary>Whether the token is refused.</summary>
    public bool IsRejected([NotNullWhen(true)] out TokenRejection? rejection)
    {
        rejection = _rejection;
        return rejection is not null;
    }
}
