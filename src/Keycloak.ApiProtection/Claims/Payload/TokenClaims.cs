using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Claims.Payload;

/// <summary>
/// The claims that decide whether a token is accepted, read in one pass over its payload (RFC 7519 section 4, RFC 9068 section 2.2).
/// </summary>
internal ref struct TokenClaims
{
    private JsonValue _sid;
    private JsonValue _sessionState;

    /// <summary>Gets the payload.</summary>
    public ReadOnlySpan<byte> Json { get; private set; }

    /// <summary>Gets <c>iss</c>.</summary>
    public JsonValue Issuer { get; private set; }

    /// <summary>Gets the payload's <c>typ</c>: the kind of token.</summary>
    public JsonValue Kind { get; private set; }

    /// <summary>Gets <c>aud</c>: a string, or an array of strings.</summary>
    public JsonValue Audience { get; private set; }

    /// <summary>Gets <c>azp</c>: the client that the token was issued to.</summary>
    public JsonValue AuthorizedParty { get; private set; }

    /// <summary>Gets <c>jti</c>.</summary>
    public JsonValue Id { get; private set; }

    /// <summary>Gets <c>sub</c>: the user.</summary>
    public JsonValue Subject { get; private set; }

    /// <summary>Gets <c>sid</c>, or <c>session_state</c> if there is no <c>sid</c> (Keycloak before 18): the session.</summary>
    public readonly JsonValue Session => _sid.Exists ? _sid : _sessionState;

    /// <summary>Gets <c>cnf</c>: the key or certificate that the token is bound to (RFC 7800).</summary>
    public JsonValue Confirmation { get; private set; }

    /// <summary>Gets <c>realm_access</c>.</summary>
    public JsonValue RealmAccess { get; private set; }

    /// <summary>Gets <c>resource_access</c>.</summary>
    public JsonValue ResourceAccess { get; private set; }

    /// <summary>Gets <c>organization</c>, in any of its formats.</summary>
    public JsonValue Organization { get; private set; }

    /// <summary>Gets <c>exp</c> in seconds since 1970; 0 if it is absent. Keycloak before 25 writes 0 for "none".</summary>
    public long ExpiresAt { get; private set; }

    /// <summary>Gets <c>nbf</c> in seconds since 1970; 0 if it is absent. Keycloak before 25 writes 0 for "none".</summary>
    public long NotBefore { get; private set; }

    /// <summary>Gets <c>iat</c> in seconds since 1970; 0 if it is absent.</summary>
    public long IssuedAt { get; private set; }

    /// <summary>Reads the decoded payload. <paramref name="problem"/> describes what is wrong with it; null if nothing is wrong.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, out TokenClaims claims, out string? problem)
    {
        claims = default;
        claims.Json = json;
        if (!JsonText.IsText(json, out problem))
        {
            return false;
        }

        Span<JsonMemberNames.Entry> seen = stackalloc JsonMemberNames.Entry[JsonObjectReader.MaximumMembers];
        var reader = new JsonObjectReader(json, seen);
        while (reader.Read())
        {
            if (claims.Take(reader.Name, reader.Value) is { } wrong)
            {
                problem = wrong;
                return false;
            }
        }

        problem = reader.Problem;
        return problem is null;
    }

    /// <summary>Describes which of the nested objects with the user's rights has a repeated member; null if none has.</summary>
    public readonly string? NestedProblem() =>
        !JsonNestedNames.AreUnique(Json, RealmAccess) ? "a member is repeated in 'realm_access'"
        : !JsonNestedNames.AreUnique(Json, ResourceAccess) ? "a member is repeated in 'resource_access'"
        : !JsonNestedNames.AreUnique(Json, Organization) ? "a member is repeated in 'organization'"
        : null;

    private string? Take(scoped ReadOnlySpan<byte> name, JsonValue value)
    {
        switch (name)
        {
            case [(byte)'e', (byte)'x', (byte)'p']:
                ExpiresAt = Date(value);
                return ExpiresAt >= 0 ? null : "'exp' is not a whole number of seconds in range";
            case [(byte)'n', (byte)'b', (byte)'f']:
                NotBefore = Date(value);
                return NotBefore >= 0 ? null : "'nbf' is not a whole number of seconds in range";
            case [(byte)'i', (byte)'a', (byte)'t']:
                IssuedAt = Date(value);
                return IssuedAt >= 0 ? null : "'iat' is not a whole number of seconds in range";
            case [(byte)'i', (byte)'s', (byte)'s']:
                Issuer = value;
                return MustBe(JsonKind.String, value, "'iss' is not a string");
            case [(byte)'t', (byte)'y', (byte)'p']:
                Kind = value;
                return MustBe(JsonKind.String, value, "'typ' is not a string");
            case [(byte)'a', (byte)'z', (byte)'p']:
                AuthorizedParty = value;
                return MustBe(JsonKind.String, value, "'azp' is not a string");
            case [(byte)'j', (byte)'t', (byte)'i']:
                Id = value;
                return MustBe(JsonKind.String, value, "'jti' is not a string");
            case [(byte)'a', (byte)'u', (byte)'d']:
                Audience = value;
                return new JsonStrings(Json, value).IsWellFormed ? null : "'aud' is neither a string nor an array of strings";
            case [(byte)'c', (byte)'n', (byte)'f']:
                Confirmation = value;
                return MustBe(JsonKind.Object, value, "'cnf' is not an object");
            case [(byte)'s', (byte)'u', (byte)'b']:
                Subject = value;
                return MustBe(JsonKind.String, value, "'sub' is not a string");
            case [(byte)'s', (byte)'i', (byte)'d']:
                _sid = value;
                return MustBe(JsonKind.String, value, "'sid' is not a string");
            default:
                return TakeLonger(name, value);
        }
    }

    private string? TakeLonger(scoped ReadOnlySpan<byte> name, JsonValue value)
    {
        if (name.SequenceEqual("scope"u8))
        {
            return MustBe(JsonKind.String, value, "'scope' is not a string");
        }

        if (name.SequenceEqual("session_state"u8))
        {
            _sessionState = value;
            return MustBe(JsonKind.String, value, "'session_state' is not a string");
        }

        if (name.SequenceEqual("realm_access"u8))
        {
            RealmAccess = value;
            return MustBe(JsonKind.Object, value, "'realm_access' is not an object");
        }

        if (name.SequenceEqual("resource_access"u8))
        {
            ResourceAccess = value;
            return MustBe(JsonKind.Object, value, "'resource_access' is not an object");
        }

        if (name.SequenceEqual("organization"u8))
        {
            Organization = value;
        }

        return null;
    }

    /// <summary>Reads a NumericDate (RFC 7519 section 2). Negative if the value is not a valid one.</summary>
    private readonly long Date(JsonValue value) =>
        value.TryGetInteger(Json, out var seconds) && seconds <= NumericDate.Latest ? seconds : -1;

    private static string? MustBe(JsonKind kind, JsonValue value, string problem) => value.Kind == kind ? null : problem;
}
