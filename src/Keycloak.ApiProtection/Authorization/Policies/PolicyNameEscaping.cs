using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Keycloak.ApiProtection.Authorization.Policies;

/// <summary>Percent-encodes policy names (RFC 3986 section 2.1). It escapes as little as possible, so that names stay readable.</summary>
internal static class PolicyNameEscaping
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Escapes percent signs, control characters, leading and trailing white space, and a separator.</summary>
    public static string Escape(string value, char separator = '%')
    {
        var escaped = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            var character = value[i];
            var atEnd = i == 0 || i == value.Length - 1;
            if (character == '%' || character == separator || char.IsControl(character) || (atEnd && char.IsWhiteSpace(character)))
            {
                foreach (var octet in Encoding.UTF8.GetBytes(character.ToString()))
                {
                    escaped.Append(CultureInfo.InvariantCulture, $"%{octet:X2}");
                }
            }
            else
            {
                escaped.Append(character);
            }
        }

        return escaped.ToString();
    }

    /// <summary>Unescapes a name. Returns false if it is malformed.</summary>
    /// <remarks>It is stricter than <see cref="Uri.UnescapeDataString(string)"/>, which leaves malformed sequences unchanged.</remarks>
    public static bool TryUnescape(string text, [NotNullWhen(true)] out string? value)
    {
        value = text;
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return true;
        }

        var result = new StringBuilder(text.Length);
        var octets = new List<byte>();
        try
        {
            for (var i = 0; i < text.Length; i++)
            {
                if (text[i] != '%')
                {
                    Flush(octets, result);
                    result.Append(text[i]);
                    continue;
                }

                if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                {
                    value = null;
                    return false;
                }

                octets.Add(byte.Parse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                i += 2;
            }

            Flush(octets, result);
        }
        catch (DecoderFallbackException)
        {
            value = null;
            return false;
        }

        value = result.ToString();
        return true;
    }

    private static void Flush(List<byte> octets, StringBuilder result)
    {
        if (octets.Count > 0)
        {
            result.Append(Utf8.GetString([.. octets]));
            octets.Clear();
        }
    }
}
