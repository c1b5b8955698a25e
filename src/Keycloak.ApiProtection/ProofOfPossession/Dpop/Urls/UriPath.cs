using System.Globalization;

namespace Keycloak.ApiProtection.ProofOfPossession.Dpop.Urls;

/// <summary>Reads a path in the normal form of RFC 3986 section 6.2.2, without allocation.</summary>
/// <remarks>
/// Escaped unreserved characters are read as the characters, and the hexadecimal digits of other escapes do not depend on their case. An
/// empty path is <c>/</c> (section 6.2.3). Dot segments are an error: the client, a proxy and the server could resolve them differently.
/// </remarks>
/// <param name="prefix">The first part of the path.</param>
/// <param name="rest">The second part of the path.</param>
internal ref struct UriPath(ReadOnlySpan<char> prefix, ReadOnlySpan<char> rest)
{
    /// <summary>Read at the end of the path.</summary>
    public const int End = -1;

    /// <summary>Read if the path is malformed or has a dot segment.</summary>
    public const int Invalid = -2;

    private const int Escaped = 0x100;

    private readonly ReadOnlySpan<char> _rest = rest;
    private ReadOnlySpan<char> _text = prefix.IsEmpty && rest.IsEmpty ? "/" : prefix;
    private bool _isInRest;
    private int _at;
    private int _dots;

    /// <summary>Returns whether both paths are valid and equal.</summary>
    public static bool AreEqual(UriPath one, UriPath other)
    {
        while (true)
        {
            var unit = one.Next();
            if (unit == Invalid || unit != other.Next())
            {
                return false;
            }

            if (unit == End)
            {
                return true;
            }
        }
    }

    /// <summary>Returns whether this path consists of the other one, or of the other one and further segments.</summary>
    /// <param name="path">The path.</param>
    /// <param name="start">The first segments.</param>
    /// <param name="length">How many characters of <paramref name="path"/> these segments take.</param>
    public static bool StartsWith(ReadOnlySpan<char> path, ReadOnlySpan<char> start, out int length)
    {
        var whole = new UriPath(path, default);
        var first = new UriPath(start, default);
        while (true)
        {
            length = whole._at;
            var unit = first.Next();
            if (unit == End)
            {
                return whole.Next() is End or '/';
            }

            if (unit == Invalid || unit != whole.Next())
            {
                return false;
            }
        }
    }

    /// <summary>Reads the next character or escape.</summary>
    private int Next()
    {
        if (_at == _text.Length && !_isInRest)
        {
            _text = _rest;
            _at = 0;
            _isInRest = true;
        }

        if (_at == _text.Length)
        {
            return _dots is 1 or 2 ? Invalid : End;
        }

        var unit = Read();
        if (unit == '/')
        {
            if (_dots is 1 or 2)
            {
                return Invalid;
            }

            _dots = 0;
        }
        else
        {
            // A segment with another character is no dot segment: the number cannot become 1 or 2 again.
            _dots = unit == '.' ? _dots + 1 : int.MinValue;
        }

        return unit;
    }

    private int Read()
    {
        var letter = _text[_at++];
        if (letter != '%')
        {
            return letter is > ' ' and <= '~' ? letter : Invalid;
        }

        if (_text.Length - _at < 2
            || !byte.TryParse(_text.Slice(_at, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            return Invalid;
        }

        _at += 2;
        return char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~'
            ? value
            : Escaped | value;
    }
}
