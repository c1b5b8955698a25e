using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.Tokens.Verified;

/// <summary>The encoded header of a verified token, with its parsed values.</summary>
/// <remarks>
/// The same text always has the same values, so an entry cannot become stale. Whether the key is still one of the realm's keys, and whether
/// the signature is valid, is checked for every token.
/// </remarks>
internal sealed class VerifiedHeader(ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> keyId, SigningAlgorithm algorithm)
{
    private readonly byte[] _encoded = encoded.ToArray();
    private readonly byte[] _keyId = keyId.ToArray();

    /// <summary>Gets <c>alg</c>, an algorithm that the policy allows.</summary>
    public SigningAlgorithm Algorithm => algorithm;

    /// <summary>Gets <c>kid</c>.</summary>
    public ReadOnlySpan<byte> KeyId => _keyId;

    /// <summary>Returns whether the first part of a token is equal to this header.</summary>
    public bool Is(ReadOnlySpan<byte> encoded) => encoded.SequenceEqual(_encoded);
}
