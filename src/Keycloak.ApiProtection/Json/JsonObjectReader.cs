namespace Keycloak.ApiProtection.Json;

/// <summary>
/// Reads the members of one JSON object (RFC 8259), forward only, without allocation, and without an exception for what
/// is malformed: the framework's <c>Utf8JsonReader</c> throws, which would cost a stranger's junk more than a good token.
/// </summary>
/// <remarks>
/// Stricter than RFC 8259 where two readers could disagree (RFC 8725 section 2.4): a name written twice or with escapes
/// ends the reading, and so do more than <see cref="MaximumMembers"/> members or <see cref="JsonScanner.MaximumDepth"/> levels.
/// </remarks>
internal ref struct JsonObjectReader
{
    /// <summary>More members than any token has; what bounds the search for a name that was seen before.</summary>
    public const int MaximumMembers = 128;

    private readonly ReadOnlySpan<byte> _json;
    private JsonMemberNames _names;
    private int _at;
    private bool _first;

    /// <summary>Opens the document; <paramref name="seen"/> keeps the names, <see cref="MaximumMembers"/> places.</summary>
    public JsonObjectReader(ReadOnlySpan<byte> json, Span<JsonMemberNames.Entry> seen)
    {
        _json = json;
        _names = new JsonMemberNames(json, seen);
        _first = true;
        _at = JsonScanner.SkipWhiteSpace(json, 0);
        Problem = JsonScanner.Stands(json, _at, (byte)'{') ? null : "it is not a JSON object";
        _at = JsonScanner.SkipWhiteSpace(json, _at + 1);
    }

    /// <summary>Gets the name of the member that was read last.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Gets the value of the member that was read last.</summary>
    public JsonValue Value { get; private set; }

    /// <summary>Gets what is wrong with the document; null as long as nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Reads the next member. False at the object's end, and when something is wrong: see <see cref="Problem"/>.</summary>
    public bool Read()
    {
        if (Problem is not null)
        {
            return false;
        }

        var at = _at;
        if (JsonScanner.Stands(_json, at, (byte)'}'))
        {
            return JsonScanner.SkipWhiteSpace(_json, at + 1) == _json.Length ? false : Fail("something follows the JSON object");
        }

        if (!_first)
        {
            if (!JsonScanner.Stands(_json, at, (byte)','))
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
            return Fail("a member's name is written with escapes");
        }

        if (_names.Refuse(name) is { } problem)
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
