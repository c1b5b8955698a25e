using System.Runtime.CompilerServices;
using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>What an answer of Keycloak is worth: active, refused, or neither.</summary>
internal sealed record IntrospectionVerdict
{
    private IntrospectionVerdict()
    {
    }

    /// <summary>What the token says now; null where that is what it said itself, or where it is not active.</summary>
    public AccessTokenClaims? Claims { get; private init; }

    /// <summary>What a revocation can know an active token by, where the answer says more than the token; else null.</summary>
    public StrongBox<TokenMarks>? Marks { get; private init; }

    /// <summary>Why the token is refused; null where it is not.</summary>
    public TokenRejection? Rejection { get; private init; }

    /// <summary>Why the answer does not count; null where it does.</summary>
    public RealmFailure? Failure { get; private init; }

    /// <summary>Whether the failure is this token's alone: other tokens may have better luck.</summary>
    public bool ConcernsTokenOnly { get; private init; }

    public bool IsActive => Rejection is null && Failure is null;

    public static IntrospectionVerdict Active(AccessTokenClaims? claims, StrongBox<TokenMarks>? marks) => new() { Claims = claims, Marks = marks };

    public static IntrospectionVerdict Rejected(TokenRejection rejection) => new() { Rejection = rejection };

    public static IntrospectionVerdict Failed(RealmFailure failure) => new() { Failure = failure };

    public static IntrospectionVerdict FailedForToken(RealmFailure failure) => new() { Failure = failure, ConcernsTokenOnly = true };
}
