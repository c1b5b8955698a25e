using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Json;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>A logout token (OpenID Connect Back-Channel Logout 1.0 section 2.4): its claims, their check and their effect.</summary>
/// <remarks>When a session ends, Keycloak sends one logout token, once, to each client of the session that has a logout URL.</remarks>
internal sealed class LogoutToken : INotification
{
    private static readonly string[] HeaderTypes = ["logout+jwt", "application/logout+jwt", "JWT"];

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

    /// <inheritdoc />
    public DateTimeOffset SignedAt => IssuedAt.GetValueOrDefault();

    /// <inheritdoc />
    public bool IsOfType(string? type) => HeaderTypes.Contains(type, StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc />
    public bool Read(ReadOnlySpan<byte> name, JsonValue value, ReadOnlySpan<byte> json)
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
                return ReadAudiences(value, json);
            case var _ when name.SequenceEqual("events"u8):
                return ReadEvents(value, json);
            default:
                return true;
        }
    }

    /// <inheritdoc />
    public NotificationRejection? Check(NotificationScheme scheme) =>
        Kind != "Logout" ? NotificationRejection.Kind
        : !scheme.Policy.Issuers.Contains(Issuer) ? NotificationRejection.Issuer
        : !Audiences.Any(scheme.Serves) ? NotificationRejection.Audience
        : IssuedAt is not { } issuedAt || issuedAt > scheme.Now + scheme.Policy.ClockSkew ? NotificationRejection.IssuedAt
        : scheme.HasExpired(ExpiresAt) ? NotificationRejection.Expired
        : !HasLogoutEvent ? NotificationRejection.Events
        : HasNonce ? NotificationRejection.Nonce
        : SessionId is null && Subject is null ? NotificationRejection.Subject
        : string.IsNullOrEmpty(Id) ? NotificationRejection.Id
        : null;

    /// <inheritdoc />
    public void Apply(NotificationScheme scheme, ILogger logger)
    {
        var isSession = SessionId is not null;
        var client = Audiences.First(scheme.Serves);
        scheme.Revocations.Apply(
            isSession ? RevocationKind.Session : RevocationKind.User,
            SessionId ?? Subject,
            SignedAt,
            RevocationSource.BackchannelLogout,
            RevokesOfflineAccess,

            // Without a session id no session is known to have ended: the user may log in again with this client.
            endedForClient: isSession ? client : null);
        var quoted = ForeignText.Quote(client);
        logger.LogoutTaken(scheme.Name, isSession ? "a session" : "a user", quoted, SignedAt);
    }

    private bool ReadAudiences(JsonValue value, ReadOnlySpan<byte> json)
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

    private bool ReadEvents(JsonValue value, ReadOnlySpan<byte> json)
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
