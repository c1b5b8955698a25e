using System.Diagnostics.CodeAnalysis;
using Keycloak.ApiProtection.Claims.Payload;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>The result of introspecting a token: active with its claims, rejected, or undecided because Keycloak is unavailable.</summary>
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

    /// <summary>Gets how long to wait before the next attempt if the result is undecided; at least one second.</summary>
    public TimeSpan RetryAfter { get; }

    public static IntrospectionResult Active(AccessTokenClaims claims) => new(claims, null, default);

    public static IntrospectionResult Rejected(TokenRejection rejection) => new(null, rejection, default);

    public static IntrospectionResult Undecided(TimeSpan retryAfter) =>
        new(null, null, TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(retryAfter.TotalSeconds))));

    /// <summary>Returns whether the token is active, and its current claims.</summary>
    public bool IsActive([NotNullWhen(true)] out AccessTokenClaims? claims)
    {
        claims = _claims;
        return claims is not null;
    }

    /// <summary>Returns whether the token is rejected, and why.</summary>
    public bool IsRejected([NotNullWhen(true)] out TokenRejection? rejection)
    {
        rejection = _rejection;
        return rejection is not null;
    }
}
