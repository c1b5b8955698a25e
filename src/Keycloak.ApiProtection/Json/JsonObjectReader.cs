namespace Keycloak.ApiProtection.Json;

/// <summary>
/// Reads the members of one JSON object (RFC 8259), forward only and without allocation. Malformed input does not cause an exception:
/// the framework's <c>Utf8JsonReader</c> throws, so that rejecting an invalid token would cost more than accepting a valid one.
/// </summary>
/// <remarks>
/// Stricter than RFC 8259 where two readers could disagree (RFC 8725 section 2.4): a duplicate name or a name with escapes is an error,
/// and so are more than <see cref="MaximumMembers"/> members or <see cref="JsonScanner.MaximumDepth"/> levels.
/// </remarks>
internal ref struct JsonObjectReader
{
    /// <summary>The maximum number of members, more than any token has. It limits the search for duplicate names.</summary>
    public const int MaximumMembers = 128;

    private readonly ReadOnlySpan<byte> _json;
    private JsonMemberNames _names;
    private int _at;
    private bool _first;

    /// <summary>Opens the document. <paramref name="seen"/> stores the names and has <see cref="MaximumMembers"/> elements.</summary>
    public JsonObjectReader(ReadOnlySpan<byte> json, Span<JsonMemberNames.Entry> seen)
    {
        _json = json;
        _names = new JsonMemberNames(json, seen);
        _first = true;
        _at = JsonScanner.SkipWhiteSpace(json, 0);
        Problem = JsonScanner.IsAt(json, _at, (byte)'{') ? null : "it is not a JSON object";
        _at = JsonScanner.SkipWhiteSpace(json, _at + 1);
    }

    /// <summary>Gets the name of the current member.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Gets the value of the current member.</summary>
    public JsonValue Value { get; private set; }

    /// <summary>Gets what is wrong with the document; null if nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Reads the next member. Returns false at the object's end and on an error: see <see cref="Problem"/>.</summary>
    public bool Read()
    {
        if (Problem is not null)
        {
            return false;
        }

        var at = _at;
        if (JsonScanner.IsAt(_json, at, (byte)'}'))
        {
            return JsonScanner.SkipWhiteSpace(_json, at + 1) == _json.Length ? false : Fail("there is content after the JSON object");
        }

        if (!_first)
        {
            if (!JsonScanner.IsAt(_json, at, (byte)','))
            {
                return Fail("it is not well-formed JSON");
            }

            at = JsonScanner.SkipWhiteSpace(_json, at + 1);
        }

        _first = false;
        at = JsonScanner.AfterName(_json, at, out var name);
        if (at < 0 || (at = JsonScanner.AfterValue(_json, at, out var value)) < 0)
        {
            return Fail("it is not well-formed JSON");
        }

        if (name.Escaped)
        {
            return Fail("a member's name contains escape sequences");
        }

        if (_names.Add(name) is { } problem)
        {
            return Fail(problem);
        }

        _at = JsonScanner.SkipWhiteSpace(_json, at);
        Name = name.Raw(_json);
        Value = value;
        return true;
    }

    private bool Fail(string problem)
    {
        Problem = problem;
        return false;
    }
}
