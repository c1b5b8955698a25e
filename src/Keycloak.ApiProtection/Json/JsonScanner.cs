using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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

        var end = AfterString(json, at + 1, out var escaped);
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
            var quote = AfterString(json, at + 1, out var escaped);
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
                at = opens == (byte)'"' ? AfterString(json, at + 1, out _)
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

    /// <summary>Returns the position after the closing quote; <paramref name="at"/> is the position after the opening one.</summary>
    /// <remarks>
    /// Tokens contain many short strings. The framework's search is optimized for long texts and would cost more than everything else.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int AfterString(ReadOnlySpan<byte> json, int at, out bool escaped)
    {
        escaped = false;
        if (Vector128.IsHardwareAccelerated && at <= json.Length - Vector128<byte>.Count)
        {
            var block = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(json), (nuint)at);
            var ends = Vector128.Equals(block, Vector128.Create((byte)'"'))
                | Vector128.Equals(block, Vector128.Create((byte)'\\'))
                | Vector128.LessThan(block, Vector128.Create((byte)' '));
            var found = ends.ExtractMostSignificantBits();
            if (found != 0)
            {
                var end = at + BitOperations.TrailingZeroCount(found);
                if (json[end] == (byte)'"')
                {
                    return end + 1;
                }
            }
        }

        return AfterLongString(json, at, out escaped);
    }

    private static int AfterLongString(ReadOnlySpan<byte> json, int at, out bool escaped)
    {
        escaped = false;
        while (true)
        {
            at = PlainEnd(json, at);
            if (at == json.Length)
            {
                return Malformed;
            }

            if (json[at] == (byte)'"')
            {
                return at + 1;
            }

            at = AfterEscape(json, at);
            if (at < 0)
            {
                return Malformed;
            }

            escaped = true;
        }
    }

    /// <summary>The position of the next quote, backslash or control character.</summary>
    private static int PlainEnd(ReadOnlySpan<byte> json, int at)
    {
        ref var first = ref MemoryMarshal.GetReference(json);
        for (; Vector128.IsHardwareAccelerated && at <= json.Length - Vector128<byte>.Count; at += Vector128<byte>.Count)
        {
            var block = Vector128.LoadUnsafe(ref first, (nuint)at);
            var ends = Vector128.Equals(block, Vector128.Create((byte)'"'))
                | Vector128.Equals(block, Vector128.Create((byte)'\\'))
                | Vector128.LessThan(block, Vector128.Create((byte)' '));
            if (ends != Vector128<byte>.Zero)
            {
                return at + BitOperations.TrailingZeroCount(ends.ExtractMostSignificantBits());
            }
        }

        while (at < json.Length && json[at] is not ((byte)'"' or (byte)'\\' or < (byte)' '))
        {
            at++;
        }

        return at;
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

    private static int AfterEscape(ReadOnlySpan<byte> json, int at)
    {
        if (!IsAt(json, at, (byte)'\\') || at + 1 == json.Length)
        {
            return Malformed;
        }

        if (json[at + 1] is (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t')
        {
            return at + 2;
        }

        if (json[at + 1] != (byte)'u' || at + 6 > json.Length)
        {
            return Malformed;
        }

        foreach (var digit in json.Slice(at + 2, 4))
        {
            if (!char.IsAsciiHexDigit((char)digit))
            {
                return Malformed;
            }
        }

        return at + 6;
    }
}
