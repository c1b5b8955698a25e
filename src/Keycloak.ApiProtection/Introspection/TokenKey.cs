using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>
/// The cache key of a token: the SHA-256 hash of its text. Hashes do not collide in practice, and the token itself is not stored.
/// </summary>
internal readonly record struct TokenKey(ulong A, ulong B, ulong C, ulong D)
{
    public static TokenKey Of(ReadOnlySpan<char> token)
    {
        Span<ulong> hash = stackalloc ulong[4];
        SHA256.HashData(MemoryMarshal.AsBytes(token), MemoryMarshal.AsBytes(hash));
        return new(hash[0], hash[1], hash[2], hash[3]);
    }

    /// <inheritdoc />
    public override int GetHashCode() => (int)A;
}
