using System.Runtime.CompilerServices;
using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Claims.Payload;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>The last answer about a token that counts. Moments are timestamps of the scheme's clock.</summary>
/// <param name="AskedAt">When Keycloak was asked: from then on it may have changed its mind.</param>
/// <param name="Claims">What an active token says now; null where that is what it says itself.</param>
/// <param name="Marks">What a revocation can know the token by, where the answer says more than the token (<c>sub</c>, <c>sid</c>); else null.</param>
/// <param name="Rejection">Why it is refused; null where it is active.</param>
/// <param name="RejectedUntil">How long a refusal is remembered: a user who was disabled may be enabled again.</param>
/// <param name="GoodUntil">
/// The token's <c>exp</c>: an "active" from before it says nothing about after it. Within <c>ClockSkew</c> Keycloak is asked again, whose clock counts;
/// such an answer holds for a second.
/// </param>
internal sealed record IntrospectionAnswer(
    long AskedAt, AccessTokenClaims? Claims, StrongBox<TokenMarks>? Marks, TokenRejection? Rejection, long RejectedUntil, long GoodUntil)
{
    /// <summary>What an active token says now; the token learns the marks that only the answer has.</summary>
    public AccessTokenClaims ClaimsOf(AccessToken token)
    {
        if (Marks is { } marks)
        {
            token.Claims.Learn(marks);
        }

        return Claims ?? token.Claims;
    }
}
