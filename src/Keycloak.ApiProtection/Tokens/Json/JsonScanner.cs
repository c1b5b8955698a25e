using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Keycloak.ApiProtection.Tokens.Json;

/// <summary>RFC 8259's grammar over bytes: every value is checked to its end, nothing is thrown and nothing recursive is done.</summary>
internal ref struct JsonScanner(ReadOnlySpan<byte> json)
{
    /// <summary>How deep a document may be nested, its own object included: where the framework's readers, which see it later, would throw.</summary>
    public const int MaximumDepth = 64;

    private readonly ReadOnlySpan<byte> _json = json;
    private int _at;

    /// <summary>Gets whether nothing is left.</summary>
    public readonly bool AtEnd => _at == _json.Length;

    /// <summary>The text of a value or name.</summary>
    public readonly ReadOnlySpan<byte> Text(JsonValue value) => value.Raw(_json);

    /// <summary>Passes over space, tab, line feed and carriage return.</summary>
    public void SkipWhiteSpace()
    {
        while (_at < _json.Length && _json[_at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
        {
            _at++;
        }
    }

    /// <summary>Takes this character if it is the next one.</summary>
    public bool TryTake(byte character)
    {
        if (_at < _json.Length && _json[_at] == character)
        {
            _at++;
            return true;
        }

        return false;
    }

    /// <summary>Takes the colon between name and value, with the white space around it.</summary>
    public bool TryTakeColon()
    {
        SkipWhiteSpace();
        if (!TryTake((byte)':'))
        {
            return false;
        }

        SkipWhiteSpace();
        return true;
    }

    /// <summary>Reads a string; the value is the text between the quotes.</summary>
    public bool TryReadString(out JsonValue text)
    {
        text = default;
        if (!TryTake((byte)'"'))
        {
            return false;
        }

        var start = _at;
        var escaped = false;
        while (true)
        {
            _at += PlainLength(_json[_at..]);
            if (AtEnd)
            {
                return false;
            }

            if (_json[_at] == (byte)'"')
            {
                text = new JsonValue(start, _at - start, JsonKind.String, escaped);
                _at++;
                return true;
            }

            if (!TrySkipEscape())
            {
                return false;
            }

            escaped = true;
        }
    }

    /// <summary>Reads any value to its end, whatever it holds.</summary>
    public bool TryReadValue(out JsonValue value)
    {
        value = default;
        if (AtEnd)
        {
            return false;
        }

        if (_json[_at] == (byte)'"')
        {
            return TryReadString(out value);
        }

        var start = _at;
        if (_json[_at] is (byte)'{' or (byte)'[')
        {
            var kind = _json[_at] == (byte)'{' ? JsonKind.Object : JsonKind.Array;
            if (!TrySkipNested())
            {
                return false;
            }

            value = new JsonValue(start, _at - start, kind, false);
            return true;
        }

        if (!TrySkipScalar(out var scalar))
        {
            return false;
        }

        value = new JsonValue(start, _at - start, scalar, false);
        return true;
    }

    /// <summary>
    /// How many letters stand before the next quote, backslash or control character. Strings in tokens are short and many:
    /// the framework's search, made for long texts, would cost more than the rest of the reading.
    /// </summary>
    private static int PlainLength(ReadOnlySpan<byte> text)
    {
        var at = 0;
        ref var first = ref MemoryMarshal.GetReference(text);
        for (; Vector128.IsHardwareAccelerated && at <= text.Length - Vector128<byte>.Count; at += Vector128<byte>.Count)
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

        while (at < text.Length && text[at] is not ((byte)'"' or (byte)'\\' or < (byte)' '))
        {
            at++;
        }

        return at;
    }

    private bool TrySkipNested()
    {
        // One bit a level: set for an object, clear for an array.
        ulong objects = 0;
        var depth = 0;
        while (true)
        {
            SkipWhiteSpace();
            var opened = false;
            if (TryTake((byte)'{'))
            {
                if (!TryEnter(ref depth, ref objects, isObject: true))
                {
                    return false;
                }

                SkipWhiteSpace();
                opened = true;
                if (_at < _json.Length && _json[_at] != (byte)'}')
                {
                    if (!TryReadString(out _) || !TryTakeColon())
                    {
                        return false;
                    }

                    continue;
                }
            }
            else if (TryTake((byte)'['))
            {
                if (!TryEnter(ref depth, ref objects, isObject: false))
                {
                    return false;
                }

                SkipWhiteSpace();
                opened = true;
                if (_at < _json.Length && _json[_at] != (byte)']')
                {
                    continue;
                }
            }

            if (!opened && !TrySkipScalar(out _))
            {
                return false;
            }

            if (!TryLeave(ref depth, ref objects, out var another))
            {
                return false;
            }

            if (!another)
            {
                return true;
            }
        }
    }

    private static bool TryEnter(ref int depth, ref ulong objects, bool isObject)
    {
        // Values stand in an object, which is a level as well.
        if (depth == MaximumDepth - 1)
        {
            return false;
        }

        depth++;
        objects = (objects << 1) | (isObject ? 1UL : 0);
        return true;
    }

    /// <summary>After a value: closes what ends here, and stops before the next value, if there is one.</summary>
    private bool TryLeave(ref int depth, ref ulong objects, out bool another)
    {
        another = false;
        while (depth > 0)
        {
            SkipWhiteSpace();
            var inObject = (objects & 1) == 1;
            if (TryTake((byte)','))
            {
                another = true;
                SkipWhiteSpace();
                return !inObject || (TryReadString(out _) && TryTakeColon());
            }

            if (!TryTake(inObject ? (byte)'}' : (byte)']'))
            {
                return false;
            }

            depth--;
            objects >>= 1;
        }

        return true;
    }

    private bool TrySkipScalar(out JsonKind kind)
    {
        kind = JsonKind.None;
        if (AtEnd)
        {
            return false;
        }

        switch (_json[_at])
        {
            case (byte)'"':
                kind = JsonKind.String;
                return TryReadString(out _);
            case (byte)'t':
                kind = JsonKind.Boolean;
                return TrySkipLiteral("true"u8);
            case (byte)'f':
                kind = JsonKind.Boolean;
                return TrySkipLiteral("false"u8);
            case (byte)'n':
                kind = JsonKind.Null;
                return TrySkipLiteral("null"u8);
            default:
                kind = JsonKind.Number;
                return TrySkipNumber();
        }
    }

    private bool TrySkipLiteral(ReadOnlySpan<byte> literal)
    {
        if (!_json[_at..].StartsWith(literal))
        {
            return false;
        }

        _at += literal.Length;
        return true;
    }

    private bool TrySkipNumber()
    {
        _ = TryTake((byte)'-');
        if (!TryTake((byte)'0') && !TrySkipDigits())
        {
            return false;
        }

        if (TryTake((byte)'.') && !TrySkipDigits())
        {
            return false;
        }

        if (TryTake((byte)'e') || TryTake((byte)'E'))
        {
            _ = TryTake((byte)'+') || TryTake((byte)'-');
            return TrySkipDigits();
        }

        return true;
    }

    private bool TrySkipDigits()
    {
        var start = _at;
        while (_at < _json.Length && char.IsAsciiDigit((char)_json[_at]))
        {
            _at++;
        }

        return _at > start;
    }

    private bool TrySkipEscape()
    {
        if (!TryTake((byte)'\\') || AtEnd)
        {
            return false;
        }

        switch (_json[_at++])
        {
            case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                return true;
            case (byte)'u':
                for (var digit = 0; digit < 4; digit++, _at++)
                {
                    if (AtEnd || !char.IsAsciiHexDigit((char)_json[_at]))
                    {
                        return false;
                    }
                }

                return true;
            default:
                return false;
        }
    }
}
