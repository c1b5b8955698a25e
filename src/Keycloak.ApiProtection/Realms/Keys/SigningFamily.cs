namespace Keycloak.ApiProtection.Realms.Keys;

/// <summary>The signature scheme of an algorithm, without its hash (RFC 7518 sections 3.3 to 3.5).</summary>
internal enum SigningFamily
{
    /// <summary>RSASSA-PKCS1-v1_5: <c>RS256</c>, <c>RS384</c>, <c>RS512</c>.</summary>
    RsaPkcs1,

    /// <summary>RSASSA-PSS with a salt as long as the hash: <c>PS256</c>, <c>PS384</c>, <c>PS512</c>.</summary>
    RsaPss,

    /// <summary>ECDSA on the curve that belongs to the hash: <c>ES256</c>, <c>ES384</c>, <c>ES512</c>.</summary>
    Ecdsa,
}
