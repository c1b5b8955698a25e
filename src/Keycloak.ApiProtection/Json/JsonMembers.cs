using System.Text.Json;

namespace Keycloak.ApiProtection.Json;

/// <summary>Goes through the members of a JSON object that has been found good before, and leaves unread what nobody asks for.</summary>
/// <remarks>
/// The framework's <see cref="Utf8JsonReader"/> takes some five times as long to get over what is not wanted. Where the text is no JSON object after
/// all, it ends: what stands behind the mistake is not there.
/// </remarks>
internal ref struct JsonMembers
{
    private readonly ReadOnlySpan<byte> _json;
    private int _at;

    public JsonMembers(ReadOnlySpan<byte> json)
    {
        _json = json;
        var start = JsonScanner.SkipWhiteSpace(json, 0);
        _at = JsonScanner.Stands(json, start, (byte)'{') ? JsonScanner.SkipWhiteSpace(json, start + 1) : json.Length;
    }

    /// <summary>Gets the name of the member that was reached last.</summary>
    public JsonValue Name { get; private set; }

    /// <summary>Gets the value of the member that was reached last.</summary>
    public JsonValue Value { get; private set; }

    /// <summary>Goes to the next member. False: there is none.</summary>
    public bool Read()
    {
        var at = JsonScanner.Stands(_json, _at, (byte)',') ? JsonScanner.SkipWhiteSpace(_json, _at + 1) : _at;
        at = JsonScanner.AfterName(_json, at, out var name);
        if (at < 0 || (at = JsonScanner.AfterValue(_json, at, out var value)) < 0)
        {
            return false;
        }

        _at = JsonScanner.SkipWhiteSpace(_json, at);
        (Name, Value) = (name, value);
        return true;
    }

    /// <summary>Goes on to the member of this name. False: there is none.</summary>
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

    /// <summary>A reader that stands on the value, for what is wanted in it.</summary>
    public readonly Utf8JsonReader ReadValue()
    {
        // A string's place is that of its text, between the quotes.
        var quote = Value.Kind == JsonKind.String ? 1 : 0;
        var reader = new Utf8JsonReader(_json.Slice(Value.Start - quote, Value.Length + (2 * quote)));
        reader.Read();
        return reader;
    }
}
