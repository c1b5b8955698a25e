using System.Security.Cryptography;
using Keycloak.ApiProtection.ProofOfPossession.Dpop.Replay;
using Keycloak.ApiProtection.Revocation;

namespace Keycloak.ApiProtection.Schemes;

/// <summary>What a scheme remembers if its options change: otherwise a revoked token, or a used proof, could be used again.</summary>
/// <param name="revocations">The revocations.</param>
internal sealed class SchemeMemory(KeycloakRevocations revocations)
{
    /// <summary>Gets the revocations.</summary>
    public KeycloakRevocations Revocations => revocations;

    /// <summary>Gets or sets the used DPoP proofs. Null until the scheme is built.</summary>
    public ProofMemory? Proofs { get; set; }

    /// <summary>Gets the key of this process for DPoP nonces, if neither a key nor a client secret is set.</summary>
    public byte[] NonceKey { get; } = RandomNumberGenerator.GetBytes(32);
}
