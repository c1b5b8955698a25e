using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Introspection;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Tokens.Rules;

namespace Keycloak.ApiProtection.Tokens;

/// <summary>An access token whose signature and claims have been found good.</summary>
/// <remarks>What it says about its bearer stands in the principal that is made of it.</remarks>
public sealed class AccessToken
{
    private readonly SigningKey _key;
    private readonly long _expiresAt;
    private readonly long _issuedAt;

    internal AccessToken(in TokenClaims claims, SigningKey key, SigningAlgorithm algorithm, AccessTokenClaims content)
    {
        _key = key;
        _expiresAt = claims.ExpiresAt;
        _issuedAt = claims.IssuedAt;
        Algorithm = algorithm.Name;
        Claims = content;
        IsLightweight = LightweightRule.Is(claims);
    }

    /// <summary>Gets when it was issued (<c>iat</c>).</summary>
    public DateTimeOffset IssuedAt => DateTimeOffset.FromUnixTimeSeconds(_issuedAt);

    /// <summary>Gets when it ends (<c>exp</c>), without the clock skew.</summary>
    public DateTimeOffset ExpiresAt => DateTimeOffset.FromUnixTimeSeconds(_expiresAt);

    /// <summary>Gets the id of the realm's key that signed it (<c>kid</c>).</summary>
    public string KeyId => _key.Id;

    /// <summary>Gets the algorithm of its signature (<c>alg</c>), such as <c>RS256</c>.</summary>
    public string Algorithm { get; }

    /// <summary>Gets everything that it says.</summary>
    internal AccessTokenClaims Claims { get; }

    /// <summary>Gets whether it is a lightweight token: its audience and roles are known to Keycloak only.</summary>
    internal bool IsLightweight { get; }

    /// <summary>Gets or sets what Keycloak said about it, so that a token in use need not be looked up.</summary>
    internal IntrospectedToken? Introspected { get; set; }
}
