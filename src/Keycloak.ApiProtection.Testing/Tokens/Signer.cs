namespace Keycloak.ApiProtection.Testing.Tokens;

/// <summary>The key that signs a token.</summary>
internal enum Signer
{
    /// <summary>The realm's active key.</summary>
    Realm,

    /// <summary>A key that never belonged to the realm, with the realm's <c>kid</c>.</summary>
    ForeignKey,

    /// <summary>HMAC with the realm's public key as the secret.</summary>
    HmacOfPublicKey,

    /// <summary>No key: <c>alg</c> <c>none</c>.</summary>
    Nobody,
}
