using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Json;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>Keycloak's push to a client's admin URL: not-before, sign-outs, and the availability test.</summary>
/// <remarks>
/// <para>It has no issuer and no audience. The signing key identifies the realm, and <c>resource</c> the client.</para>
/// <para>
/// A pushed not-before applies to all tokens of the realm. The realm's and a client's not-before have the same form, and to treat the
/// realm's as a client's would accept revoked tokens. The not-before never moves back, because a push from a client's page in the console
/// contains that client's own value, which is often 0.
/// </para>
/// </remarks>
/// <param name="expected">The action of the endpoint that received the push.</param>
internal sealed class AdminAction(string expected) : INotification
{
    private readonly List<string> _sessions = [];

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

    /// <inheritdoc />
    /// <remarks>A push has no issue time. While it has not expired, it was signed a moment ago.</remarks>
    public DateTimeOffset SignedAt => ExpiresAt.GetValueOrDefault();

    /// <inheritdoc />
    public bool IsOfType(string? type) => "JWT".Equals(type, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc />
    public bool Read(ReadOnlySpan<byte> name, JsonValue value, ReadOnlySpan<byte> json)
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
                return ReadSessions(value, json);
            case var _ when name.SequenceEqual("iss"u8) || name.SequenceEqual("typ"u8):
                return IsToken = true;
            default:
                return true;
        }
    }

    /// <inheritdoc />
    public NotificationRejection? Check(NotificationScheme scheme) =>
        IsToken || Action != expected ? NotificationRejection.Action
        : Resource is not { } resource || !scheme.Serves(resource) ? NotificationRejection.Resource
        : scheme.HasExpired(ExpiresAt) ? NotificationRejection.Expired
        : string.IsNullOrEmpty(Id) ? NotificationRejection.Id
        : null;

    /// <inheritdoc />
    public void Apply(NotificationScheme scheme, ILogger logger)
    {
        var client = ForeignText.Quote(Resource);
        if (Sessions.Count > 0)
        {
            foreach (var session in Sessions)
            {
                scheme.Revocations.Apply(RevocationKind.Session, session, scheme.Revocations.UntilNow, RevocationSource.AdminPush);
            }

            logger.SessionsPushed(scheme.Name, Sessions.Count, client);
        }

        if (NotBefore is { } notBefore)
        {
            // Keycloak's console sets the current time. A value in the future is limited because the not-before never moves back: a wrong
            // year would reject every token until a restart.
            var latest = scheme.Revocations.UntilNow;
            if (notBefore > latest)
            {
                logger.NotBeforeInTheFuture(scheme.Name, notBefore, client, latest);
                notBefore = latest;
            }

            var isNew = scheme.Revocations.Apply(RevocationKind.Realm, null, notBefore, RevocationSource.AdminPush);
            logger.NotBeforeTaken(scheme.Name, Action!, client, notBefore, isNew);
        }
    }

    private bool ReadSessions(JsonValue value, ReadOnlySpan<byte> json)
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
