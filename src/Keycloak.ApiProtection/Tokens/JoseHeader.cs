using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Tokens;

/// <summary>What is read of a token's header (RFC 7515 section 4.1).</summary>
/// <remarks>
/// A key that the header itself brings or points at (<c>jwk</c>, <c>jku</c>, <c>x5u</c>, <c>x5c</c>) is never looked at:
/// the keys of the realm are the only ones.
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

    /// <summary>Gets <c>alg</c>; empty where it is absent, and where it is spelled with escapes, which no algorithm's name is.</summary>
    public ReadOnlySpan<byte> Algorithm => Plain(_algorithm);

    /// <summary>Gets <c>kid</c>; empty where it is absent, and where it is spelled with escapes, which Keycloak's never are.</summary>
    public ReadOnlySpan<byte> KeyId => Plain(_keyId);

    /// <summary>Reads the decoded header. Null: nothing is wrong with it as such; its algorithm is the caller's to judge.</summary>
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
            ?? (algorithm.Kind != JsonKind.String ? "'alg' is not there as a string"
                : keyId.Exists && keyId.Kind != JsonKind.String ? "'kid' is not a string"
                : type.Exists && type.Kind != JsonKind.String ? "'typ' is not a string" : null);
        return problem is not null ? TokenRejection.JoseHeader
            : critical ? TokenRejection.Critical
            : header.HasAccessTokenType() ? null : TokenRejection.HeaderType;
    }

    /// <summary>The header's <c>typ</c>, for the log.</summary>
    public string? Type() => _type.Text(_json);

    // RFC 7515 section 4.1.9: a media type, compared without case, "application/" may be left out where no other slash is.
    private bool HasAccessTokenType() =>
        !_type.Exists
        || _type.SaysIgnoringCase(_json, "JWT"u8)
        || _type.SaysIgnoringCase(_json, "at+jwt"u8)
        || _type.SaysIgnoringCase(_json, "application/at+jwt"u8);

    private ReadOnlySpan<byte> Plain(JsonValue value) =>
        value.Kind == JsonKind.String && !value.Escaped ? value.Raw(_json) : [];
}
