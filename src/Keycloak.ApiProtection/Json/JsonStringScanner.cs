using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Keycloak.ApiProtection.Json;

/// <summary>Scans the strings of JSON (RFC 8259 section 7) for <see cref="JsonScanner"/>. Most bytes of a token are in strings.</summary>
internal static class JsonStringScanner
{
    /// <summary>Returns the position after the closing quote; <paramref name="at"/> is the position after the opening one.</summary>
    /// <remarks>
    /// Tokens contain many short strings. The framework's search is optimized for long texts and would cost more than everything else.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int AfterString(ReadOnlySpan<byte> json, int at, out bool escaped)
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
                return JsonScanner.Malformed;
            }

            if (json[at] == (byte)'"')
            {
                return at + 1;
            }

            at = AfterEscape(json, at);
            if (at < 0)
            {
                return JsonScanner.Malformed;
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

    private static int AfterEscape(ReadOnlySpan<byte> json, int at)
    {
        if (!JsonScanner.IsAt(json, at, (byte)'\\') || at + 1 == json.Length)
        {
            return JsonScanner.Malformed;
        }

        if (json[at + 1] is (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t')
        {
            return at + 2;
        }

        if (json[at + 1] != (byte)'u' || at + 6 > json.Length)
        {
            return JsonScanner.Malformed;
        }

        foreach (var digit in json.Slice(at + 2, 4))
        {
            if (!char.IsAsciiHexDigit((char)digit))
            {
                return JsonScanner.Malformed;
            }
        }

        return at + 6;
    }
}
