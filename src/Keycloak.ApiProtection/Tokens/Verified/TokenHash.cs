using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Keycloak.ApiProtection.Tokens.Verified;

/// <summary>A hash over sixteen letters of a token's signature, keyed with a secret of this process.</summary>
/// <remarks>
/// Signatures look random already, so few letters do. Two rounds of 128-bit multiplication (as wyhash does it), keyed so that nobody outside knows which
/// tokens share a set. It chooses places and proves nothing: whoever looks something up compares the whole token.
/// </remarks>
internal sealed class TokenHash
{
    /// <summary>A header, a payload and a signature of which sixteen letters can be spared; shorter ones are no tokens of Keycloak.</summary>
    public const int ShortestToken = 64;

    private const int Letters = 16;

    // A signature's last letters carry bits that are always zero.
    private const int LettersBehind = 2;

    private readonly ulong _first;
    private readonly ulong _second;
    private readonly ulong _third;
    private readonly ulong _fourth;

    public TokenHash()
        : this(RandomNumberGenerator.GetBytes(32))
    {
    }

    /// <summary>With a known secret of 32 bytes: for tests that craft collisions.</summary>
    internal TokenHash(ReadOnlySpan<byte> secret)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(secret);
        (_first, _second, _third, _fourth) = (words[0], words[1], words[2], words[3]);
    }

    /// <summary>The hash of a token that is long enough; never zero.</summary>
    public ulong Of(ReadOnlySpan<char> token)
    {
        var words = MemoryMarshal.Cast<char, ulong>(token[^(Letters + LettersBehind)..^LettersBehind]);
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
