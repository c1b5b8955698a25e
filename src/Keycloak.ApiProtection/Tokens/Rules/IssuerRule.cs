using System.Text;
using Keycloak.ApiProtection.Claims.Payload;

namespace Keycloak.ApiProtection.Tokens.Rules;

/// <summary>The token must come from this realm: its issuer must be equal to one of the valid issuers.</summary>
/// <remarks>RFC 7519 section 4.1.1 and RFC 9068 section 4: compared as strings, case-sensitively.</remarks>
internal sealed class IssuerRule(IEnumerable<string> issuers) : ITokenRule
{
    private readonly byte[][] _issuers = [.. issuers.Select(Encoding.UTF8.GetBytes)];

    /// <inheritdoc />
    public TokenRejection? Check(in TokenClaims claims, DateTimeOffset now)
    {
        foreach (var issuer in _issuers)
        {
            if (claims.Issuer.Says(claims.Json, issuer))
            {
                return null;
            }
        }

        return TokenRejection.Issuer;
    }
}
