using System.Text;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Tokens.Rules;

/// <summary>The token must be meant for this API: one of its audiences is one of ours.</summary>
/// <remarks>RFC 7519 section 4.1.3 and RFC 9068 section 4. Keycloak does not add the API by itself: an audience mapper does.</remarks>
/// <param name="audiences">Ours.</param>
/// <param name="orLightweight">Whether a lightweight token passes: it names no audience, and introspection will.</param>
internal sealed class AudienceRule(IEnumerable<string> audiences, bool orLightweight = false) : ITokenRule
{
    private readonly byte[][] _audiences = [.. audiences.Select(Encoding.UTF8.GetBytes)];

    /// <inheritdoc />
    public TokenRejection? Check(in TokenClaims claims, DateTimeOffset now)
    {
        var meantFor = new JsonStrings(claims.Json, claims.Audience);
        foreach (var audience in _audiences)
        {
            if (meantFor.Contains(audience))
            {
                return null;
            }
        }

        return orLightweight && LightweightRule.Is(claims) ? null : TokenRejection.Audience;
    }
}
