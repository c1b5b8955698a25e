using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Keycloak.ApiProtection.Json;

/// <summary>Reads JSON strings that contain escape sequences (RFC 8259 section 7).</summary>
internal static class JsonText
{
    private const int StackLimit = 256;

    /// <summary>Whether the unescaped string equals <paramref name="text"/>.</summary>
    public static bool EqualsUnescaped(ReadOnlySpan<byte> escaped, ReadOnlySpan<byte> text)
    {
        byte[]? rented = null;
        var buffer = escaped.Length <= StackLimit ? stackalloc byte[StackLimit] : (rented = ArrayPool<byte>.Shared.Rent(escaped.Length));
        var equal = buffer[..Unescape(escaped, buffer)].SequenceEqual(text);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return equal;
    }

    /// <summary>Unescapes the string.</summary>
    public static string Unescape(ReadOnlySpan<byte> escaped)
    {
        var buffer = new byte[escaped.Length];
        return Encoding.UTF8.GetString(buffer, 0, Unescape(escaped, buffer));
    }

    /// <summary>
    /// Whether the document is valid UTF-8 (RFC 8259 section 8.1), including its escape sequences. If not, <paramref name="problem"/> says
    /// which of the two is invalid.
    /// </summary>
    public static bool IsText(ReadOnlySpan<byte> json, [NotNullWhen(false)] out string? problem)
    {
        problem = !Utf8.IsValid(json) ? "it is not UTF-8"
            : !HasOnlyCharacters(json) ? "it contains an escape sequence that is not a valid character" : null;
        return problem is null;
    }

    /// <summary>
    /// Whether every <c>\u</c> escape of the document is a valid character. A lone surrogate is not, because it cannot be encoded as
    /// UTF-8 and would fail later, in code that does not expect it.
    /// </summary>
    public static bool HasOnlyCharacters(ReadOnlySpan<byte> json)
    {
        for (var at = json.IndexOf((byte)'\\'); at >= 0 && at + 1 < json.Length;)
        {
            var next = at + 2;
            if (json[at + 1] == (byte)'u')
            {
                if (!TryReadCodeUnit(json[at..], out var unit) || char.IsLowSurrogate(unit))
                {
                    return false;
                }

                next = at + 6;
                if (char.IsHighSurrogate(unit))
                {
                    if (!TryReadCodeUnit(json[next..], out var low) || !char.IsLowSurrogate(low))
                    {
                        return false;
                    }

                    next += 6;
                }
            }

            var ahead = json[next..].IndexOf((byte)'\\');
            at = ahead < 0 ? -1 : next + ahead;
        }

        return true;
    }

    /// <summary>Writes the text as UTF-8, never longer than its source. The escapes must have been validated before.</summary>
    private static int Unescape(ReadOnlySpan<byte> escaped, Span<byte> text)
    {
        var written = 0;
        for (var at = 0; at < escaped.Length;)
        {
            if (escaped[at] != (byte)'\\')
            {
                text[written++] = escaped[at++];
                continue;
            }

            if (escaped[at + 1] == (byte)'u')
            {
                TryReadCodeUnit(escaped[at..], out var unit);
                at += 6;
                var rune = char.IsHighSurrogate(unit) && TryReadCodeUnit(escaped[at..], out var low) && char.IsLowSurrogate(low)
                    ? new Rune(unit, low)
                    : Rune.TryCreate(unit, out var single) ? single : Rune.ReplacementChar;
                at += rune.Utf16SequenceLength == 2 ? 6 : 0;
                written += rune.EncodeToUtf8(text[written..]);
                continue;
            }

            text[written++] = escaped[at + 1] switch
            {
                (byte)'b' => (byte)'\b',
                (byte)'f' => (byte)'\f',
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'t' => (byte)'\t',
                var itself => itself,
            };
            at += 2;
        }

        return written;
    }

    private static bool TryReadCodeUnit(ReadOnlySpan<byte> escape, out char unit)
    {
        unit = default;
        if (escape.Length < 6 || escape[0] != (byte)'\\' || escape[1] != (byte)'u'
            || !ushort.TryParse(escape.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        unit = (char)value;
        return true;
    }
}
