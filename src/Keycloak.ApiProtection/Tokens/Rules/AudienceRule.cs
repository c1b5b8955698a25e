using System.Text;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Tokens.Rules;

/// <summary>The token must be intended for this API: one of its audiences must be one of the accepted audiences.</summary>
/// <remarks>RFC 7519 section 4.1.3 and RFC 9068 section 4. Keycloak does not add the API by itself; an audience mapper adds it.</remarks>
/// <param name="audiences">The accepted audiences.</param>
/// <param name="orLightweight">Whether a lightweight token passes. It names no audience; the introspection response does.</param>
internal sealed class AudienceRule(IEnumerable<string> audiences, bool orLightweight = false) : ITokenRule
{
    private readonly byte[][] _audiences = [.. audiences.Select(Encoding.UTF8.GetBytes)];

    /// <inheritdoc />
    public TokenRejection? Check(in TokenClaims claims, DateTimeOffset now)
    {
        var tokenAudiences = new JsonStrings(claims.Json, claims.Audience);
        foreach (var audience in _audiences)
        {
            if (tokenAudiences.Contains(audience))
            {
                return null;
            }
        }

        return orLightweight && LightweightRule.Is(claims) ? null : TokenRejection.Audience;
    }
}
