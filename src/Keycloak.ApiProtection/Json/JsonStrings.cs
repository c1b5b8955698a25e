namespace Keycloak.ApiProtection.Json;

/// <summary>A JSON string or an array of strings: the JWT notation for one or several values (RFC 7519 section 4.1.3).</summary>
internal readonly ref struct JsonStrings(ReadOnlySpan<byte> json, JsonValue value)
{
    private readonly ReadOnlySpan<byte> _json = json;
    private readonly JsonValue _value = value;

    /// <summary>Gets whether the value is a string or an array that contains only strings.</summary>
    public bool IsWellFormed
    {
        get
        {
            foreach (var element in this)
            {
                if (element.Kind != JsonKind.String)
                {
                    return false;
                }
            }

            return _value.Kind is JsonKind.String or JsonKind.Array;
        }
    }

    /// <summary>Whether one of the strings equals <paramref name="text"/>.</summary>
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

    /// <summary>Returns an enumerator of the strings.</summary>
    public Enumerator GetEnumerator() => new(_json, _value);

    /// <summary>Enumerates the strings.</summary>
    internal ref struct Enumerator
    {
        private readonly ReadOnlySpan<byte> _json;
        private readonly JsonValue _single;
        private int _at;

        internal Enumerator(ReadOnlySpan<byte> json, JsonValue value)
        {
            // Cut at the array's end only, so that positions remain positions in the document.
            _json = json[..(value.Start + value.Length)];
            _single = value.Kind == JsonKind.String ? value : default;
            _at = value.Kind == JsonKind.Array ? value.Start + 1 : json.Length;
        }

        /// <summary>Gets the current string.</summary>
        public JsonValue Current { get; private set; }

        /// <summary>Advances to the next string.</summary>
        public bool MoveNext()
        {
            if (_single.Exists)
            {
                var isFirst = !Current.Exists;
                Current = _single;
                return isFirst;
            }

            var at = JsonScanner.SkipWhiteSpace(_json, _at);
            if (JsonScanner.IsAt(_json, at, (byte)','))
            {
                at = JsonScanner.SkipWhiteSpace(_json, at + 1);
            }

            _at = JsonScanner.AfterValue(_json, at, out var value);
            Current = value;
            return _at >= 0;
        }
    }
}
