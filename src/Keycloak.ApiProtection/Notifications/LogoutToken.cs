using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>The claims of a logout token (OpenID Connect Back-Channel Logout 1.0 section 2.4), parsed but not yet verified.</summary>
internal sealed class LogoutToken
{
    private LogoutToken()
    {
    }

    public string? Kind { get; private set; }

    public string? Issuer { get; private set; }

    public IReadOnlyList<string> Audiences { get; private set; } = [];

    public DateTimeOffset? IssuedAt { get; private set; }

    public DateTimeOffset? ExpiresAt { get; private set; }

    public string? Id { get; private set; }

    /// <summary>Gets <c>sub</c>; null if it is absent or empty.</summary>
    public string? Subject { get; private set; }

    /// <summary>Gets <c>sid</c>; null if it is absent or empty.</summary>
    public string? SessionId { get; private set; }

    public bool HasNonce { get; private set; }

    public bool HasLogoutEvent { get; private set; }

    /// <summary>Gets whether offline sessions ended too. Keycloak writes it next to the event, in <c>events</c>.</summary>
    public bool RevokesOfflineAccess { get; private set; }

    /// <summary>Parses the payload; null if it is malformed.</summary>
    public static LogoutToken? Read(ReadOnlySpan<byte> json)
    {
        if (!JsonText.IsText(json, out _))
        {
            return null;
        }

        var token = new LogoutToken();
        var wellFormed = true;
        Span<JsonMemberNames.Entry> seen = stackalloc JsonMemberNames.Entry[JsonObjectReader.MaximumMembers];
        var reader = new JsonObjectReader(json, seen);
        while (reader.Read())
        {
            wellFormed &= token.Take(reader.Name, reader.Value, json);
        }

        return wellFormed && reader.Problem is null ? token : null;
    }

    private bool Take(ReadOnlySpan<byte> name, JsonValue value, ReadOnlySpan<byte> json)
    {
        switch (name)
        {
            case var _ when name.SequenceEqual("typ"u8):
                return (Kind = value.Text(json)) is not null;
            case var _ when name.SequenceEqual("iss"u8):
                return (Issuer = value.Text(json)) is not null;
            case var _ when name.SequenceEqual("jti"u8):
                return (Id = value.Text(json)) is not null;
            case var _ when name.SequenceEqual("sub"u8):
                Subject = value.Text(json) is { Length: > 0 } subject ? subject : null;
                return value.Kind == JsonKind.String;
            case var _ when name.SequenceEqual("sid"u8):
                SessionId = value.Text(json) is { Length: > 0 } session ? session : null;
                return value.Kind == JsonKind.String;
            case var _ when name.SequenceEqual("iat"u8):
                IssuedAt = NumericDate.TryRead(value, json, out var issuedAt) ? issuedAt : null;
                return IssuedAt is not null;
            case var _ when name.SequenceEqual("exp"u8):
                ExpiresAt = NumericDate.TryRead(value, json, out var expiresAt) ? expiresAt : null;
                return ExpiresAt is not null;
            case var _ when name.SequenceEqual("nonce"u8):
                // Any value counts, also null.
                return HasNonce = true;
            case var _ when name.SequenceEqual("aud"u8):
                return TakeAudiences(value, json);
            case var _ when name.SequenceEqual("events"u8):
                return TakeEvents(value, json);
            default:
                return true;
        }
    }

    private bool TakeAudiences(JsonValue value, ReadOnlySpan<byte> json)
    {
        var strings = new JsonStrings(json, value);
        if (!strings.IsWellFormed)
        {
            return false;
        }

        var audiences = new List<string>();
        foreach (var audience in strings)
        {
            audiences.Add(audience.Text(json)!);
        }

        Audiences = audiences;
        return true;
    }

    private bool TakeEvents(JsonValue value, ReadOnlySpan<byte> json)
    {
        if (value.Kind != JsonKind.Object)
        {
            return false;
        }

        Span<JsonMemberNames.Entry> seen = stackalloc JsonMemberNames.Entry[JsonObjectReader.MaximumMembers / 8];
        var reader = new JsonObjectReader(value.Raw(json), seen);
        while (reader.Read())
        {
            if (reader.Name.SequenceEqual("http://schemas.openid.net/event/backchannel-logout"u8))
            {
                HasLogoutEvent = reader.Value.Kind == JsonKind.Object;
            }
            else if (reader.Name.SequenceEqual("revoke_offline_access"u8))
            {
                RevokesOfflineAccess = reader.Value.Raw(value.Raw(json)).SequenceEqual("true"u8);
            }
        }

        return reader.Problem is null;
    }
}
