using System.Text.Json;

namespace Keycloak.ApiProtection.Json;

/// <summary>Enumerates the members of a JSON object that was validated before, and skips values that are not needed.</summary>
/// <remarks>
/// The framework's <see cref="Utf8JsonReader"/> takes about five times as long to skip a value. Malformed input ends the enumeration:
/// members after the error are not returned.
/// </remarks>
internal ref struct JsonMembers
{
    private readonly ReadOnlySpan<byte> _json;
    private int _at;

    public JsonMembers(ReadOnlySpan<byte> json)
    {
        _json = json;
        var start = JsonScanner.SkipWhiteSpace(json, 0);
        _at = JsonScanner.IsAt(json, start, (byte)'{') ? JsonScanner.SkipWhiteSpace(json, start + 1) : json.Length;
    }

    /// <summary>Gets the name of the current member.</summary>
    public JsonValue Name { get; private set; }

    /// <summary>Gets the value of the current member.</summary>
    public JsonValue Value { get; private set; }

    /// <summary>Advances to the next member. Returns false if there is none.</summary>
    public bool Read()
    {
        var at = JsonScanner.IsAt(_json, _at, (byte)',') ? JsonScanner.SkipWhiteSpace(_json, _at + 1) : _at;
        at = JsonScanner.AfterName(_json, at, out var name);
        if (at < 0 || (at = JsonScanner.AfterValue(_json, at, out var value)) < 0)
        {
            return false;
        }

        _at = JsonScanner.SkipWhiteSpace(_json, at);
        (Name, Value) = (name, value);
        return true;
    }

    /// <summary>Advances to the next member with this name. Returns false if there is none.</summary>
    public bool Find(ReadOnlySpan<byte> name)
    {
        while (Read())
        {
            if (Name.Says(_json, name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Creates a reader that is positioned on the current value.</summary>
    public readonly Utf8JsonReader ReadValue()
    {
        // The position of a string is that of its text, without the quotes.
        var quote = Value.Kind == JsonKind.String ? 1 : 0;
        var reader = new Utf8JsonReader(_json.Slice(Value.Start - quote, Value.Length + (2 * quote)));
        reader.Read();
        return reader;
    }
}
