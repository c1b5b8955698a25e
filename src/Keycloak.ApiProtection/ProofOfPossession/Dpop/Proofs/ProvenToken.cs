namespace Keycloak.ApiProtection.ProofOfPossession.Dpop.Proofs;

/// <summary>The access token for which a client sends a proof.</summary>
/// <param name="Text">The token as it was sent.</param>
/// <param name="Verified">
/// The verified token with this text, which can keep the hash of the text. Null if the hash is calculated for each proof.
/// </param>
internal readonly record struct ProvenToken(ReadOnlyMemory<char> Text, AccessToken? Verified = null)
{
    /// <summary>Gets the SHA-256 of the text in base64url. Null if it is not kept.</summary>
    public byte[]? KeptHash => Verified?.TextHash;

    /// <summary>Gets whether the token can keep the hash of its text.</summary>
    public bool CanKeepHash => Verified is { CanKeepTextHash: true };

    /// <summary>Keeps the hash of the text if the token can keep it.</summary>
    public void KeepHash(byte[] hash) => Verified?.KeepTextHash(Text.Span, hash);
}
