using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Revocation;

namespace Keycloak.ApiProtection.Tokens;

/// <summary>An access token whose signature and claims have been found good.</summary>
/// <remarks>What it says about its bearer stands in the principal that is made of it.</remarks>
public sealed class AccessToken
{
    private readonly SigningKey _key;
    private readonly long _expiresAt;

    internal AccessToken(in TokenClaims claims, SigningKey key, SigningAlgorithm algorithm, AccessTokenClaims content)
    {
        _key = key;
        _expiresAt = claims.ExpiresAt;
        Algorithm = algorithm.Name;
        Claims = content;
        Marks = new TokenMarks(claims);
    }

    /// <summary>Gets when it was issued (<c>iat</c>).</summary>
    public DateTimeOffset IssuedAt => DateTimeOffset.FromUnixTimeSeconds(Marks.IssuedAt);

    /// <summary>Gets when it ends (<c>exp</c>), without the clock skew.</summary>
    public DateTimeOffset ExpiresAt => DateTimeOffset.FromUnixTimeSeconds(_expiresAt);

    /// <summary>Gets the id of the realm's key that signed it (<c>kid</c>).</summary>
    public string KeyId => _key.Id;

    /// <summary>Gets the algorithm of its signature (<c>alg</c>), such as <c>RS256</c>.</summary>
    public string Algorithm { get; }

    /// <summary>Gets what a revocation can know it by.</summary>
    internal TokenMarks Marks { get; }

    /// <summary>Gets how long it lives, in seconds.</summary>
    internal long Lifetime => _expiresAt - Marks.IssuedAt;

    /// <summary>Gets everything that it says.</summary>
    internal AccessTokenClaims Claims { get; }
}
