using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>The payload of a push to a client's admin URL, parsed but not yet verified.</summary>
/// <remarks>It has no issuer and no audience. The signing key identifies the realm, and <c>resource</c> the client.</remarks>
internal sealed class AdminAction
{
    private readonly List<string> _sessions = [];

    private AdminAction()
    {
    }

    public string? Id { get; private set; }

    public string? Action { get; private set; }

    public string? Resource { get; private set; }

    public DateTimeOffset? ExpiresAt { get; private set; }

    /// <summary>Gets the not-before; null if it is absent or 0, with which Keycloak writes that there is none.</summary>
    public DateTimeOffset? NotBefore { get; private set; }

    /// <summary>Gets the ids of the sessions that ended: both the client's and Keycloak's.</summary>
    public IReadOnlyList<string> Sessions => _sessions;

    /// <summary>
    /// Gets whether the payload belongs to a token. With an issuer or a type it is not an admin action, whatever mappers added to it.
    /// </summary>
    public bool IsToken { get; private set; }

    /// <summary>Parses the payload; null if it is malformed.</summary>
    public static AdminAction? Read(ReadOnlySpan<byte> json)
    {
        if (!JsonText.IsText(json, out _))
        {
            return null;
        }

        var action = new AdminAction();
        var wellFormed = true;
        Span<JsonMemberNames.Entry> seen = stackalloc JsonMemberNames.Entry[JsonObjectReader.MaximumMembers];
        var reader = new JsonObjectReader(json, seen);
        while (reader.Read())
        {
            wellFormed &= action.Take(reader.Name, reader.Value, json);
        }

        return wellFormed && reader.Problem is null ? action : null;
    }

    private bool Take(ReadOnlySpan<byte> name, JsonValue value, ReadOnlySpan<byte> json)
    {
        switch (name)
        {
            case var _ when name.SequenceEqual("id"u8):
                return (Id = value.Text(json)) is not null;
            case var _ when name.SequenceEqual("action"u8):
                return (Action = value.Text(json)) is not null;
            case var _ when name.SequenceEqual("resource"u8):
                return (Resource = value.Text(json)) is not null;
            case var _ when name.SequenceEqual("expiration"u8):
                ExpiresAt = NumericDate.TryRead(value, json, out var expiresAt) ? expiresAt : null;
                return ExpiresAt is not null;
            case var _ when name.SequenceEqual("notBefore"u8):
                NotBefore = NumericDate.TryRead(value, json, out var notBefore) && notBefore > DateTimeOffset.UnixEpoch ? notBefore : null;
                return value.Kind == JsonKind.Number;
            case var _ when name.SequenceEqual("adapterSessionIds"u8) || name.SequenceEqual("keycloakSessionIds"u8):
                return TakeSessions(value, json);
            case var _ when name.SequenceEqual("iss"u8) || name.SequenceEqual("typ"u8):
                return IsToken = true;
            default:
                return true;
        }
    }

    private bool TakeSessions(JsonValue value, ReadOnlySpan<byte> json)
    {
        if (value.Kind == JsonKind.Null)
        {
            return true;
        }

        if (value.Kind != JsonKind.Array || !new JsonStrings(json, value).IsWellFormed)
        {
            return false;
        }

        foreach (var session in new JsonStrings(json, value))
        {
            if (session.Text(json) is { Length: > 0 } id)
            {
                _sessions.Add(id);
            }
        }

        return true;
    }
}
