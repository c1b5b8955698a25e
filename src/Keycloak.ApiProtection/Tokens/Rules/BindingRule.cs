using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Tokens.Rules;

/// <summary>A token that is bound to a key or a certificate is rejected. Otherwise anyone who stole it could use it.</summary>
/// <remarks>
/// RFC 7800 section 3.1, RFC 9449 section 7.1, RFC 8705 section 3. Keycloak 26 binds the token whenever a client sends a proof.
/// </remarks>
internal sealed class BindingRule : ITokenRule
{
    /// <inheritdoc />
    public TokenRejection? Check(in TokenClaims claims, DateTimeOffset now)
    {
        if (!claims.Confirmation.Exists)
        {
            return null;
        }

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
