using System.Runtime.CompilerServices;
using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>The evaluation of one introspection response: active, rejected, or failed.</summary>
internal sealed record IntrospectionVerdict
{
    private IntrospectionVerdict()
    {
    }

    /// <summary>The current claims of the token; null if they equal the token's own claims, or if it is not active.</summary>
    public AccessTokenClaims? Claims { get; private init; }

    /// <summary>
    /// The values by which a revocation matches an active token, if the response contains more of them than the token; otherwise null.
    /// </summary>
    public StrongBox<TokenMarks>? Marks { get; private init; }

    /// <summary>Why the token is rejected; null if it is not.</summary>
    public TokenRejection? Rejection { get; private init; }

    /// <summary>Why there is no valid response; null if there is one.</summary>
    public RealmFailure? Failure { get; private init; }

    /// <summary>Whether the failure concerns only this token, so that the introspection of other tokens can succeed.</summary>
    public bool ConcernsTokenOnly { get; private init; }

    public bool IsActive => Rejection is null && Failure is null;

    public static IntrospectionVerdict Active(AccessTokenClaims? claims, StrongBox<TokenMarks>? marks) =>
        new() { Claims = claims, Marks = marks };

    public static IntrospectionVerdict Rejected(TokenRejection rejection) => new() { Rejection = rejection };

    public static IntrospectionVerdict Failed(RealmFailure failure) => new() { Failure = failure };

    public static IntrospectionVerdict FailedForToken(RealmFailure failure) => new() { Failure = failure, ConcernsTokenOnly = true };
}
