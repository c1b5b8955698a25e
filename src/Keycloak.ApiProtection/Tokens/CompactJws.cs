using System.Buffers;
using System.Buffers.Text;

namespace Keycloak.ApiProtection.Tokens;

/// <summary>A JSON Web Signature in its compact form (RFC 7515 section 7.1): three parts of base64url text, nothing else.</summary>
/// <remarks>
/// One token has one spelling here: no padding, no white space, no stray bits behind the last byte. The framework's
/// <see cref="Base64Url"/> alone would take white space and padding, and a token would have endless spellings.
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

    /// <summary>Gets what was signed: header, dot and payload.</summary>
    public ReadOnlySpan<byte> SigningInput { get; }

    /// <summary>Finds the three parts and checks their letters.</summary>
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

    /// <summary>Decodes a part that <see cref="TryRead"/> has checked; <paramref name="buffer"/> must hold it.</summary>
    public static ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> part, Span<byte> buffer) =>
        Base64Url.TryDecodeFromUtf8(part, buffer, out var written) ? buffer[..written] : [];

    /// <summary>Whether the letters make whole bytes, and are the only ones that make these.</summary>
    private static bool IsWhole(ReadOnlySpan<byte> part)
    {
        // The last letter carries bits that belong to no byte: they are zero, or the same bytes could be spelled differently.
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
