namespace Keycloak.ApiProtection.Tokens.Json;

/// <summary>One string, or an array of nothing but strings: how JWT writes one or several of a thing (RFC 7519 section 4.1.3).</summary>
internal readonly ref struct JsonStrings
{
    private readonly ReadOnlySpan<byte> _json;
    private readonly JsonValue _value;

    /// <summary>Looks at a value whose JSON is known to be well-formed.</summary>
    public JsonStrings(ReadOnlySpan<byte> json, JsonValue value)
    {
        _json = json;
        _value = value;
        IsWellFormed = true;
        if (value.Kind == JsonKind.String)
        {
            return;
        }

        IsWellFormed = value.Kind == JsonKind.Array;
        foreach (var element in this)
        {
            IsWellFormed &= element.Kind == JsonKind.String;
        }
    }

    /// <summary>Gets whether there is nothing else in it.</summary>
    public bool IsWellFormed { get; }

    /// <summary>Whether one of the strings says <paramref name="text"/>.</summary>
    public bool Contains(ReadOnlySpan<byte> text)
    {
        foreach (var element in this)
        {
            if (element.Says(_json, text))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The strings one after the other.</summary>
    public Enumerator GetEnumerator() => new(_json, _value);

    /// <summary>Goes from string to string.</summary>
    internal ref struct Enumerator
    {
        private readonly int _offset;
        private JsonScanner _scanner;
        private JsonValue _single;

        internal Enumerator(ReadOnlySpan<byte> json, JsonValue value)
        {
            if (value.Kind == JsonKind.String)
            {
                _single = value;
            }
            else if (value.Kind == JsonKind.Array)
            {
                // Positions are the document's: the array is read in its place.
                _offset = value.Start;
                _scanner = new JsonScanner(value.Raw(json));
                _scanner.TryTake((byte)'[');
            }
        }

        /// <summary>Gets the string that was reached last.</summary>
        public JsonValue Current { get; private set; }

        /// <summary>Goes to the next one.</summary>
        public bool MoveNext()
        {
            if (_single.Exists)
            {
                Current = _single;
                _single = default;
                return true;
            }

            _scanner.SkipWhiteSpace();
            if (_scanner.TryTake((byte)','))
            {
                _scanner.SkipWhiteSpace();
            }

            if (!_scanner.TryReadValue(out var value))
            {
                return false;
            }

            Current = value with { Start = value.Start + _offset };
            return true;
        }
    }
}
