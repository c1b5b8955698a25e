using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Keycloak.ApiProtection.Tokens;

/// <summary>Converts and compares the text of tokens. A token is kept as bytes, which take half the memory of its characters.</summary>
internal static class TokenText
{
    /// <summary>
    /// Writes each character as one byte. A character that is not ASCII becomes a byte that is not ASCII, so the parser rejects the bytes.
    /// This takes half the time of <see cref="System.Text.Ascii.FromUtf16"/>, which would stop at such a character.
    /// </summary>
    public static void Narrow(ReadOnlySpan<char> characters, Span<byte> bytes)
    {
        bytes = bytes[..characters.Length];
        var at = 0;
        ref var firstByte = ref MemoryMarshal.GetReference(bytes);
        ref var firstCharacter = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<char, ushort>(characters));
        for (; at <= bytes.Length - Vector256<byte>.Count; at += Vector256<byte>.Count)
        {
            Narrowed(ref firstCharacter, at).StoreUnsafe(ref firstByte, (nuint)at);
        }

        for (; at < bytes.Length; at++)
        {
            bytes[at] = (byte)Math.Min(characters[at], (ushort)byte.MaxValue);
        }
    }

    /// <summary>
    /// Returns whether the characters are equal to these ASCII bytes. This takes half the time of
    /// <see cref="System.Text.Ascii.Equals(ReadOnlySpan{byte}, ReadOnlySpan{char})"/>.
    /// </summary>
    public static bool Equals(ReadOnlySpan<byte> bytes, ReadOnlySpan<char> characters)
    {
        if (bytes.Length != characters.Length)
        {
            return false;
        }

        // A character above 0xFF is narrowed to 0xFF. No ASCII byte is 0xFF, so the comparison finds a difference.
        var at = 0;
        var difference = Vector256<byte>.Zero;
        ref var firstByte = ref MemoryMarshal.GetReference(bytes);
        ref var firstCharacter = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<char, ushort>(characters));
        for (; at <= bytes.Length - Vector256<byte>.Count; at += Vector256<byte>.Count)
        {
            difference |= Narrowed(ref firstCharacter, at) ^ Vector256.LoadUnsafe(ref firstByte, (nuint)at);
        }

        if (difference != Vector256<byte>.Zero)
        {
            return false;
        }

        for (; at < bytes.Length; at++)
        {
            if (bytes[at] != characters[at])
            {
                return false;
            }
        }

        return true;
    }

    // Narrows a character above 0xFF to 0xFF.
    private static Vector256<byte> Narrowed(ref ushort firstCharacter, int at) => Vector256.NarrowWithSaturation(
        Vector256.LoadUnsafe(ref firstCharacter, (nuint)at),
        Vector256.LoadUnsafe(ref firstCharacter, (nuint)(at + Vector256<ushort>.Count)));
}
