using System.Runtime.CompilerServices;
using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Claims.Payload;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>The last valid introspection response for a token. All times are timestamps of the scheme's clock.</summary>
/// <param name="AskedAt">When the introspection request was sent. The response does not cover later changes in Keycloak.</param>
/// <param name="Claims">The current claims of an active token; null if they equal the token's own claims.</param>
/// <param name="Marks">
/// The values by which a revocation matches the token, if the response contains more of them than the token (<c>sub</c>, <c>sid</c>);
/// otherwise null.
/// </param>
/// <param name="Rejection">Why the token is rejected; null if it is active.</param>
/// <param name="RejectedUntil">How long a rejection is cached. It is limited because a disabled user may be enabled again.</param>
/// <param name="GoodUntil">
/// The token's <c>exp</c>. An "active" response from before it is not valid after it. Within <c>ClockSkew</c> after it, the token is
/// introspected again because Keycloak's clock decides; such a response is valid for one second.
/// </param>
internal sealed record IntrospectionAnswer(
    long AskedAt, AccessTokenClaims? Claims, StrongBox<TokenMarks>? Marks, TokenRejection? Rejection, long RejectedUntil, long GoodUntil)
{
    /// <summary>The token is active. The times are set when the response is recorded.</summary>
    public static IntrospectionAnswer Active(AccessTokenClaims? claims, StrongBox<TokenMarks>? marks) => new(0, claims, marks, null, 0, 0);

    /// <summary>The token is rejected. The times are set when the response is recorded.</summary>
    public static IntrospectionAnswer Rejected(TokenRejection rejection) => new(0, null, null, rejection, 0, 0);

    /// <summary>Returns the current claims of an active token, and adds to the token the marks that only the response contains.</summary>
    public AccessTokenClaims ClaimsOf(AccessToken token)
    {
        if (Marks is { } marks)
        {
            token.Claims.Learn(marks);
        }

        return Claims ?? token.Claims;
    }
}
