using System.Buffers;
using System.Text;

namespace Keycloak.ApiProtection.Http;

/// <summary>Encodes claims as a header value: percent-encoded UTF-8 (RFC 3986 section 2.1), with one space between items.</summary>
/// <remarks>
/// Only letters, digits and <c>-._~:/@</c> are not encoded. Therefore, a claim cannot end a line, start another item, or contain a comma
/// that a receiver could split at. A <c>+</c> is also decoded correctly by decoders for forms.
/// </remarks>
internal static class HeaderText
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/@");

    /// <summary>Encodes one value. Returns an empty text if there is none.</summary>
    public static string Of(string? text)
    {
        if (string.IsNullOrEmpty(text) || !text.AsSpan().ContainsAnyExcept(Plain))
        {
            return text ?? string.Empty;
        }

        var encoded = new StringBuilder(text.Length * 2);
        Append(encoded, text);
        return encoded.ToString();
    }

    /// <summary>Encodes several values. Returns an empty text if there are none. Empty values are omitted.</summary>
    public static string Of(IReadOnlyList<string> items)
    {
        if (items.Count < 2)
        {
            return Of(items.Count == 0 ? null : items[0]);
        }

        var encoded = new StringBuilder(items.Count * 12);
        foreach (var item in items)
        {
            if (item.Length > 0)
            {
                Append(encoded.Length > 0 ? encoded.Append(' ') : encoded, item);
            }
        }

        return encoded.ToString();
    }

    private static void Append(StringBuilder encoded, string text)
    {
        if (!text.AsSpan().ContainsAnyExcept(Plain))
        {
            encoded.Append(text);
            return;
        }

        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii && Plain.Contains((char)rune.Value))
            {
                encoded.Append((char)rune.Value);
                continue;
            }

            foreach (var one in bytes[..rune.EncodeToUtf8(bytes)])
            {
                encoded.Append('%').Append(Hex(one >> 4)).Append(Hex(one & 15));
            }
        }
    }

    private static char Hex(int digit) => (char)(digit < 10 ? '0' + digit : 'A' + digit - 10);
}
