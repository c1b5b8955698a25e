namespace Keycloak.ApiProtection.Testing.Tokens;

/// <summary>Who signs a minted token.</summary>
internal enum Signer
{
    /// <summary>The realm's active key.</summary>
    Realm,

    /// <summary>A key that the realm never had, under the realm's <c>kid</c>.</summary>
    ForeignKey,

    /// <summary>HMAC with the realm's public key as the secret.</summary>
    HmacOfPublicKey,

    /// <summary>Nobody: <c>alg</c> <c>none</c>.</summary>
    Nobody,
}
