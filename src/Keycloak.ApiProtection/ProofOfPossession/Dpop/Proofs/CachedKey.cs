using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.ProofOfPossession.Dpop.Proofs;

/// <summary>The imported key of a client, with the texts that it was created from.</summary>
/// <remarks>
/// The thumbprint was calculated from <c>jwk</c> and compared with the token's <c>jkt</c> once. If both texts are the same again, so is the
/// result. Another spelling of either text is not found, and is checked as if the key were not cached.
/// </remarks>
/// <param name="thumbprint">The thumbprint of the key, 32 bytes.</param>
/// <param name="thumbprintText">The <c>jkt</c> of the token.</param>
/// <param name="proofKey">The key in the header of the proof.</param>
/// <param name="key">The imported key.</param>
internal sealed class CachedKey(ReadOnlySpan<byte> thumbprint, string thumbprintText, in ProofKey proofKey, SigningKey key)
{
    private readonly byte[] _thumbprint = thumbprint.ToArray();
    private readonly SigningCurve? _curve = proofKey.Curve;
    private readonly byte[] _first = proofKey.First.ToArray();
    private readonly byte[] _second = proofKey.Second.ToArray();
    private bool _wasUsed;

    /// <summary>Gets the imported key.</summary>
    public SigningKey Key => key;

    /// <summary>Gets the thumbprint, 32 bytes.</summary>
    public ReadOnlySpan<byte> Thumbprint => _thumbprint;

    /// <summary>Gets or sets whether the key was used since the last search for a key to evict. It is not locked.</summary>
    public bool WasUsed
    {
        get => _wasUsed;
        set
        {
            // Write only if the value changes, so that the processors can keep sharing the cache line.
            if (_wasUsed != value)
            {
                _wasUsed = value;
            }
        }
    }

    /// <summary>Returns whether the key was created from exactly these texts.</summary>
    public bool Is(string otherThumbprintText, in ProofKey other) =>
        string.Equals(thumbprintText, otherThumbprintText, StringComparison.Ordinal)
        && ReferenceEquals(_curve, other.Curve)
        && other.First.SequenceEqual(_first)
        && other.Second.SequenceEqual(_second);
}
