using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.Tokens.Verified;

/// <summary>The header of a token that was found good, as it was sent, and what reading it came to.</summary>
/// <remarks>
/// What the same letters say does not change, so that nothing here can be stale: whether the key is still one of the realm's, and the signature good, is
/// asked for every token.
/// </remarks>
internal sealed class VerifiedHeader(ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> keyId, SigningAlgorithm algorithm)
{
    private readonly byte[] _encoded = encoded.ToArray();
    private readonly byte[] _keyId = keyId.ToArray();

    /// <summary>Gets <c>alg</c>: one that the policy allows.</summary>
    public SigningAlgorithm Algorithm => algorithm;

    /// <summary>Gets <c>kid</c>.</summary>
    public ReadOnlySpan<byte> KeyId => _keyId;

    /// <summary>Whether a token's first part is exactly this one.</summary>
    public bool Is(ReadOnlySpan<byte> encoded) => encoded.SequenceEqual(_encoded);
}
