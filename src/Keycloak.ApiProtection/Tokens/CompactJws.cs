using System.Buffers;
using System.Buffers.Text;

namespace Keycloak.ApiProtection.Tokens;

/// <summary>A JSON Web Signature in the compact serialization (RFC 7515 section 7.1): exactly three base64url parts.</summary>
/// <remarks>
/// Each token has only one accepted spelling: no padding, no white space, no bits after the last byte. The framework's
/// <see cref="Base64Url"/> alone also accepts white space and padding, so a token would have any number of spellings.
/// </remarks>
internal readonly ref struct CompactJws
{
    private static readonly SearchValues<byte> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    private CompactJws(ReadOnlySpan<byte> token, int firstDot, int lastDot)
    {
        Header = token[..firstDot];
        Payload = token[(firstDot + 1)..lastDot];
        Signature = token[(lastDot + 1)..];
        SigningInput = token[..lastDot];
    }

    /// <summary>Gets the encoded header.</summary>
    public ReadOnlySpan<byte> Header { get; }

    /// <summary>Gets the encoded payload.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Gets the encoded signature.</summary>
    public ReadOnlySpan<byte> Signature { get; }

    /// <summary>Gets the signed text: header, dot and payload.</summary>
    public ReadOnlySpan<byte> SigningInput { get; }

    /// <summary>Finds the three parts and checks their characters.</summary>
    public static bool TryRead(ReadOnlySpan<byte> token, out CompactJws jws)
    {
        jws = default;
        var firstDot = token.IndexOfAnyExcept(Alphabet);
        if (firstDot <= 0 || token[firstDot] != (byte)'.')
        {
            return false;
        }

        var behind = token[(firstDot + 1)..];
        var payloadLength = behind.IndexOfAnyExcept(Alphabet);
        if (payloadLength <= 0 || behind[payloadLength] != (byte)'.' || behind[(payloadLength + 1)..].ContainsAnyExcept(Alphabet))
        {
            return false;
        }

        var candidate = new CompactJws(token, firstDot, firstDot + 1 + payloadLength);
        if (!IsWhole(candidate.Header) || !IsWhole(candidate.Payload) || !IsWhole(candidate.Signature))
        {
            return false;
        }

        jws = candidate;
        return true;
    }

    /// <summary>Decodes a part that <see cref="TryRead"/> has checked. <paramref name="buffer"/> must be large enough.</summary>
    public static ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> part, Span<byte> buffer) =>
        Base64Url.TryDecodeFromUtf8(part, buffer, out var written) ? buffer[..written] : [];

    /// <summary>Returns whether the text is base64url of at least one byte in its only accepted spelling.</summary>
    public static bool IsPart(ReadOnlySpan<byte> text) => !text.ContainsAnyExcept(Alphabet) && IsWhole(text);

    /// <summary>Returns whether the characters encode whole bytes in their only accepted spelling.</summary>
    private static bool IsWhole(ReadOnlySpan<byte> part)
    {
        // The last character contains unused bits. They must be zero; otherwise the same bytes could be spelled differently.
        return (part.Length % 4) switch
        {
            0 => !part.IsEmpty,
            2 => (Sextet(part[^1]) & 0b1111) == 0,
            3 => (Sextet(part[^1]) & 0b11) == 0,
            _ => false,
        };
    }

    private static int Sextet(byte letter) => letter switch
    {
        >= (byte)'A' and <= (byte)'Z' => letter - 'A',
        >= (byte)'a' and <= (byte)'z' => letter - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => letter - '0' + 52,
        (byte)'-' => 62,
        _ => 63,
    };
}
