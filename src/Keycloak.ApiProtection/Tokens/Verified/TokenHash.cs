using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Keycloak.ApiProtection.Tokens.Verified;

/// <summary>A hash of sixteen characters of a token's signature, keyed with a secret of this process.</summary>
/// <remarks>
/// Signatures look random, so a few characters are sufficient. The hash consists of two rounds of 128-bit multiplication (as in wyhash).
/// It is keyed, so clients cannot know which tokens share a set. The hash only selects a place in the cache; a lookup always compares the
/// whole token.
/// </remarks>
internal sealed class TokenHash
{
    /// <summary>The minimum length of a token in characters. Keycloak's tokens are never shorter.</summary>
    public const int ShortestToken = 64;

    private const int Letters = 16;

    // The last characters of a signature contain bits that are always zero.
    private const int SkippedAtEnd = 2;

    private readonly ulong _first;
    private readonly ulong _second;
    private readonly ulong _third;
    private readonly ulong _fourth;

    public TokenHash()
        : this(RandomNumberGenerator.GetBytes(32))
    {
    }

    /// <summary>Creates a hash with a known secret of 32 bytes, for tests that construct collisions.</summary>
    internal TokenHash(ReadOnlySpan<byte> secret)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(secret);
        (_first, _second, _third, _fourth) = (words[0], words[1], words[2], words[3]);
    }

    /// <summary>Returns the hash of a token of at least <see cref="ShortestToken"/> characters; never zero.</summary>
    public ulong Of(ReadOnlySpan<char> token)
    {
        var words = MemoryMarshal.Cast<char, ulong>(token[^(Letters + SkippedAtEnd)..^SkippedAtEnd]);
        var high = Fold(words[0] ^ _first, words[1] ^ _second);
        var low = Fold(words[2] ^ _third, words[3] ^ _fourth);
        return Fold(high ^ _third, low ^ _first) | 1;
    }

    private static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }
}
