using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Tokens.Rules;

/// <summary>
/// A token that is bound to a key or a certificate is rejected unless its proofs are checked afterward. Otherwise anyone who stole it could
/// use it.
/// </summary>
/// <remarks>
/// RFC 7800 section 3.1, RFC 9449 section 7.1, RFC 8705 section 3. Keycloak 26 binds the token whenever a client sends a proof. If a client
/// sends a proof and a certificate, Keycloak 26 writes <c>typ: DPoP</c>, but only the certificate into <c>cnf</c>: the token claims a key
/// that nobody can check.
/// </remarks>
/// <param name="verifiesProofs">
/// Whether the caller checks the proof for each member of <see cref="AccessToken.Confirmation"/>. If so, <c>jkt</c> and <c>x5t#S256</c> are
/// accepted, and unknown members and malformed values are rejected.
/// </param>
internal sealed class BindingRule(bool verifiesProofs = false) : ITokenRule
{
    /// <inheritdoc />
    public TokenRejection? Check(in TokenClaims claims, DateTimeOffset now)
    {
        if (!verifiesProofs)
        {
            return claims.Confirmation.Exists ? Name(claims) : null;
        }

        return Rejection(Confirmation.Check(claims, out var hasKey))
            ?? (!hasKey && KindRule.IsDpop(claims.Kind, claims.Json) ? TokenRejection.BoundWithoutKey : null);
    }

    /// <summary>Returns the rejection for a <c>cnf</c> that cannot be used. Null if there is no problem.</summary>
    public static TokenRejection? Rejection(ConfirmationProblem problem) => problem switch
    {
        ConfirmationProblem.UnknownMethod => TokenRejection.Bound,
        ConfirmationProblem.Malformed => TokenRejection.BoundMalformed,
        _ => null,
    };

    private static TokenRejection Name(in TokenClaims claims)
    {
        Span<JsonMemberNames.Entry> seen = stackalloc JsonMemberNames.Entry[8];
        var members = new JsonObjectReader(claims.Confirmation.Raw(claims.Json), seen);
        while (members.Read())
        {
            if (members.Name.SequenceEqual("jkt"u8))
            {
                return TokenRejection.BoundByDPoP;
            }

            if (members.Name.SequenceEqual("x5t#S256"u8))
            {
                return TokenRejection.BoundByCertificate;
            }
        }

        return TokenRejection.Bound;
    }
}
