using System.Buffers;
using System.Text;

namespace Keycloak.ApiProtection.Http;

/// <summary>Claims as the value of a header: percent-encoded UTF-8 (RFC 3986 section 2.1), items separated by one space.</summary>
/// <remarks>
/// Only letters, digits and <c>-._~:/@</c> stand as they are. So no claim can end a line, begin another item, or hold a comma at which somebody splits; and <c>+</c>
/// comes back as itself from decoders for forms, too.
/// </remarks>
internal static class HeaderText
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/@");

    /// <summary>One value; empty where there is none.</summary>
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

    /// <summary>Several; empty where there are none. A name without a letter is none.</summary>
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
