using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Tokens;

/// <summary>The parts of a token's header that are used (RFC 7515 section 4.1).</summary>
/// <remarks>
/// A key in the header, or a URL of a key (<c>jwk</c>, <c>jku</c>, <c>x5u</c>, <c>x5c</c>), is always ignored: only the keys of the realm
/// are used.
/// </remarks>
internal readonly ref struct JoseHeader
{
    private readonly ReadOnlySpan<byte> _json;
    private readonly JsonValue _type;
    private readonly JsonValue _algorithm;
    private readonly JsonValue _keyId;

    private JoseHeader(ReadOnlySpan<byte> json, JsonValue type, JsonValue algorithm, JsonValue keyId)
    {
        _json = json;
        _type = type;
        _algorithm = algorithm;
        _keyId = keyId;
    }

    /// <summary>Gets <c>alg</c>. Empty if it is absent, or if it contains escapes, which no algorithm name needs.</summary>
    public ReadOnlySpan<byte> Algorithm => Plain(_algorithm);

    /// <summary>Gets <c>kid</c>. Empty if it is absent, or if it contains escapes, which Keycloak never writes.</summary>
    public ReadOnlySpan<byte> KeyId => Plain(_keyId);

    /// <summary>Reads the decoded header. Returns null if the header is valid; the caller must check the algorithm.</summary>
    public static TokenRejection? Read(ReadOnlySpan<byte> json, out JoseHeader header, out string? problem)
    {
        header = default;
        if (!JsonText.IsText(json, out problem))
        {
            return TokenRejection.JoseHeader;
        }

        JsonValue type = default, algorithm = default, keyId = default;
        var critical = false;
        Span<JsonMemberNames.Entry> seen = stackalloc JsonMemberNames.Entry[JsonObjectReader.MaximumMembers / 8];
        var reader = new JsonObjectReader(json, seen);
        while (reader.Read())
        {
            var name = reader.Name;
            if (name.SequenceEqual("alg"u8))
            {
                algorithm = reader.Value;
            }
            else if (name.SequenceEqual("kid"u8))
            {
                keyId = reader.Value;
            }
            else if (name.SequenceEqual("typ"u8))
            {
                type = reader.Value;
            }
            else if (name.SequenceEqual("crit"u8))
            {
                critical = true;
            }
        }

        header = new JoseHeader(json, type, algorithm, keyId);
        problem = reader.Problem
            ?? (algorithm.Kind != JsonKind.String ? "'alg' is missing or not a string"
                : keyId.Exists && keyId.Kind != JsonKind.String ? "'kid' is not a string"
                : type.Exists && type.Kind != JsonKind.String ? "'typ' is not a string" : null);
        return problem is not null ? TokenRejection.JoseHeader
            : critical ? TokenRejection.Critical
            : header.HasAccessTokenType() ? null : TokenRejection.HeaderType;
    }

    /// <summary>Returns the header's <c>typ</c>, for the log.</summary>
    public string? Type() => _type.Text(_json);

    // RFC 7515 section 4.1.9: a media type, compared case-insensitively. "application/" may be omitted if there is no other slash.
    private bool HasAccessTokenType() =>
        !_type.Exists
        || _type.SaysIgnoringCase(_json, "JWT"u8)
        || _type.SaysIgnoringCase(_json, "at+jwt"u8)
        || _type.SaysIgnoringCase(_json, "application/at+jwt"u8);

    private ReadOnlySpan<byte> Plain(JsonValue value) =>
        value.Kind == JsonKind.String && !value.Escaped ? value.Raw(_json) : [];
}
