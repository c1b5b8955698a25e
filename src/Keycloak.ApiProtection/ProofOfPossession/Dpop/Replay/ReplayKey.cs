using System.Security.Cryptography;
using Keycloak.ApiProtection.ProofOfPossession.Dpop.Proofs;

namespace Keycloak.ApiProtection.ProofOfPossession.Dpop.Replay;

/// <summary>The key under which a used proof is remembered: the first 16 bytes of SHA-256(thumbprint || jti).</summary>
/// <remarks>The client's key is part of it, so that clients cannot use up each other's ids.</remarks>
internal static class ReplayKey
{
    /// <summary>The length of the key in bytes.</summary>
    public const int Size = 16;

    /// <summary>Writes the key.</summary>
    /// <param name="replayKey">The key.</param>
    /// <param name="thumbprint">The thumbprint of the client's key, 32 bytes.</param>
    /// <param name="id">The <c>jti</c> of the proof.</param>
    public static void Write(Span<byte> replayKey, ReadOnlySpan<byte> thumbprint, ReadOnlySpan<byte> id)
    {
        Span<byte> input = stackalloc byte[ProofKey.ThumbprintSize + ProofClaims.LongestId];
        thumbprint.CopyTo(input);
        id.CopyTo(input[thumbprint.Length..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input[..(thumbprint.Length + id.Length)], hash);
        hash[..Size].CopyTo(replayKey);
    }
}
