namespace Keycloak.ApiProtection.Testing.Tokens;

/// <summary>What signs a proof.</summary>
internal enum ProofSigner
{
    Key,
    HmacOfPublicKey,
    Nobody,
}
