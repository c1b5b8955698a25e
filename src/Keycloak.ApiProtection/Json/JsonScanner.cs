using System.Runtime.CompilerServices;

namespace Keycloak.ApiProtection.Json;

/// <summary>
/// Scans JSON bytes according to the grammar of RFC 8259. Every function takes a position and returns the position after what it has
/// read, or <see cref="Malformed"/>. It throws no exceptions, is not recursive, and keeps the position in a register.
/// </summary>
internal static class JsonScanner
{
    /// <summary>The maximum nesting depth, including the document's own object. The framework's reader has the same limit.</summary>
    public const int MaximumDepth = 64;

    /// <summary>Returned instead of a position if the input is not valid JSON.</summary>
    public const int Malformed = -1;

    /// <summary>Returns the position after spaces, tabs, line feeds and carriage returns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SkipWhiteSpace(ReadOnlySpan<byte> json, int at) =>
        (uint)at < (uint)json.Length && json[at] <= (byte)' ' ? AfterWhiteSpace(json, at) : at;

    /// <summary>Whether this character is at the position.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsAt(ReadOnlySpan<byte> json, int at, byte character) => (uint)at < (uint)json.Length && json[at] == character;

    /// <summary>Reads a name, its colon and the white space after it. <paramref name="name"/> is the text between the quotes.</summary>
    public static int AfterName(ReadOnlySpan<byte> json, int at, out JsonValue name)
    {
        name = default;
        if (!IsAt(json, at, (byte)'"'))
        {
            return Malformed;
        }

        var end = JsonStringScanner.AfterString(json, at + 1, out var escaped);
        if (end < 0)
        {
            return Malformed;
        }

        name = new JsonValue(at + 1, end - at - 2, JsonKind.String, escaped);
        end = SkipWhiteSpace(json, end);
        return IsAt(json, end, (byte)':') ? SkipWhiteSpace(json, end + 1) : Malformed;
    }

    /// <summary>Reads a value of any kind to its end.</summary>
    public static int AfterValue(ReadOnlySpan<byte> json, int at, out JsonValue value)
    {
        value = default;
        if ((uint)at >= (uint)json.Length)
        {
            return Malformed;
        }

        if (json[at] == (byte)'"')
        {
            var quote = JsonStringScanner.AfterString(json, at + 1, out var escaped);
            value = new JsonValue(at + 1, quote - at - 2, JsonKind.String, escaped);
            return quote;
        }

        var (kind, end) = json[at] switch
        {
            (byte)'{' => (JsonKind.Object, AfterNested(json, at)),
            (byte)'[' => (JsonKind.Array, AfterNested(json, at)),
            (byte)'t' or (byte)'f' => (JsonKind.Boolean, AfterLiteral(json, at)),
            (byte)'n' => (JsonKind.Null, AfterLiteral(json, at)),
            _ => (JsonKind.Number, AfterNumber(json, at)),
        };
        value = new JsonValue(at, end - at, kind, Escaped: false);
        return end;
    }

    private static int AfterNested(ReadOnlySpan<byte> json, int at)
    {
        // One bit per level: set for an object, clear for an array.
        ulong objects = 0;
        var depth = 1;
        while (true)
        {
            // A value begins here.
            if ((uint)at >= (uint)json.Length)
            {
                return Malformed;
            }

            var opens = json[at];
            if (opens is (byte)'{' or (byte)'[')
            {
                if (depth == MaximumDepth)
                {
                    return Malformed;
                }

                depth++;
                var isObject = opens == (byte)'{';
                objects = (objects << 1) | (isObject ? 1UL : 0);
                at = SkipWhiteSpace(json, at + 1);
                if (!IsAt(json, at, isObject ? (byte)'}' : (byte)']'))
                {
                    at = isObject ? AfterName(json, at, out _) : at;
                    if (at < 0)
                    {
                        return Malformed;
                    }

                    continue;
                }
            }
            else
            {
                at = opens == (byte)'"' ? JsonStringScanner.AfterString(json, at + 1, out _)
                    : opens is (byte)'t' or (byte)'f' or (byte)'n' ? AfterLiteral(json, at)
                    : AfterNumber(json, at);
                if (at < 0)
                {
                    return Malformed;
                }
            }

            // A value ends here: close the objects and arrays that end with it, and stop before the next value.
            while (true)
            {
                at = SkipWhiteSpace(json, at);
                if ((uint)at >= (uint)json.Length)
                {
                    return Malformed;
                }

                var inObject = (objects & 1) == 1;
                var next = json[at++];
                if (next == (byte)',')
                {
                    at = SkipWhiteSpace(json, at);
                    at = inObject ? AfterName(json, at, out _) : at;
                    if (at < 0)
                    {
                        return Malformed;
                    }

                    break;
                }

                if (next != (inObject ? (byte)'}' : (byte)']'))
                {
                    return Malformed;
                }

                objects >>= 1;
                if (--depth == 1)
                {
                    return at;
                }
            }
        }
    }

    private static int AfterWhiteSpace(ReadOnlySpan<byte> json, int at)
    {
        while (at < json.Length && json[at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
        {
            at++;
        }

        return at;
    }

    private static int AfterLiteral(ReadOnlySpan<byte> json, int at)
    {
        var rest = json[at..];
        return rest.StartsWith("true"u8) || rest.StartsWith("null"u8) ? at + 4
            : rest.StartsWith("false"u8) ? at + 5
            : Malformed;
    }

    private static int AfterNumber(ReadOnlySpan<byte> json, int at)
    {
        at = IsAt(json, at, (byte)'-') ? at + 1 : at;
        at = IsAt(json, at, (byte)'0') ? at + 1 : AfterDigits(json, at);
        if (at >= 0 && IsAt(json, at, (byte)'.'))
        {
            at = AfterDigits(json, at + 1);
        }

        if (at >= 0 && (IsAt(json, at, (byte)'e') || IsAt(json, at, (byte)'E')))
        {
            at++;
            at = AfterDigits(json, IsAt(json, at, (byte)'+') || IsAt(json, at, (byte)'-') ? at + 1 : at);
        }

        return at;
    }

    private static int AfterDigits(ReadOnlySpan<byte> json, int at)
    {
        var start = at;
        while ((uint)at < (uint)json.Length && char.IsAsciiDigit((char)json[at]))
        {
            at++;
        }

        return at > start ? at : Malformed;
    }
}
