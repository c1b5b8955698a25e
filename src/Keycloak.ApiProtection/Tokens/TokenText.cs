using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Keycloak.ApiProtection.Tokens;

/// <summary>A token as it was sent: kept in bytes, half of what a header's characters take.</summary>
internal static class TokenText
{
    /// <summary>Writes each character as one byte; what is no ASCII letter becomes none: whoever reads the bytes refuses it. Takes half the time of
    /// <see cref="System.Text.Ascii.FromUtf16"/>, which would refuse it here.</summary>
    public static void Narrow(ReadOnlySpan<char> characters, Span<byte> letters)
    {
        letters = letters[..characters.Length];
        var at = 0;
        ref var letter = ref MemoryMarshal.GetReference(letters);
        ref var character = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<char, ushort>(characters));
        for (; at <= letters.Length - Vector256<byte>.Count; at += Vector256<byte>.Count)
        {
            Narrowed(ref character, at).StoreUnsafe(ref letter, (nuint)at);
        }

        for (; at < letters.Length; at++)
        {
            letters[at] = (byte)Math.Min(characters[at], (ushort)byte.MaxValue);
        }
    }

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
            difference |= Narrowed(ref character, at) ^ Vector256.LoadUnsafe(ref letter, (nuint)at);
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

    // A character beyond one byte becomes 0xFF.
    private static Vector256<byte> Narrowed(ref ushort character, int at) => Vector256.NarrowWithSaturation(
        Vector256.LoadUnsafe(ref character, (nuint)at),
        Vector256.LoadUnsafe(ref character, (nuint)(at + Vector256<ushort>.Count)));
}
