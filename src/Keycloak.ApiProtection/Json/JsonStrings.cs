namespace Keycloak.ApiProtection.Json;

/// <summary>One string, or an array of nothing but strings: how JWT writes one or several of a thing (RFC 7519 section 4.1.3).</summary>
internal readonly ref struct JsonStrings(ReadOnlySpan<byte> json, JsonValue value)
{
    private readonly ReadOnlySpan<byte> _json = json;
    private readonly JsonValue _value = value;

    /// <summary>Gets whether there is nothing else in it.</summary>
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
        private readonly ReadOnlySpan<byte> _json;
        private readonly JsonValue _single;
        private int _at;

        internal Enumerator(ReadOnlySpan<byte> json, JsonValue value)
        {
            // Up to the array's end and no further: positions stay the document's.
            _json = json[..(value.Start + value.Length)];
            _single = value.Kind == JsonKind.String ? value : default;
            _at = value.Kind == JsonKind.Array ? value.Start + 1 : json.Length;
        }

        /// <summary>Gets the string that was reached last.</summary>
        public JsonValue Current { get; private set; }

        /// <summary>Goes to the next one.</summary>
        public bool MoveNext()
        {
            if (_single.Exists)
            {
                var isFirst = !Current.Exists;
                Current = _single;
                return isFirst;
            }

            var at = JsonScanner.SkipWhiteSpace(_json, _at);
            if (JsonScanner.Stands(_json, at, (byte)','))
            {
                at = JsonScanner.SkipWhiteSpace(_json, at + 1);
            }

            _at = JsonScanner.AfterValue(_json, at, out var value);
            Current = value;
            return _at >= 0;
        }
    }
}
