namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>What the events of administrators mean for tokens, as measured with Keycloak 26.</summary>
/// <remarks>
/// An event that may have changed rights, but does not say whose, concerns everyone. An event without its representation (details are off)
/// never has less effect than with it.
/// </remarks>
internal static class AdminEventRules
{
    /// <summary>The operations that can take something away. Only these are queried.</summary>
    public static readonly IReadOnlyList<string> Operations = ["UPDATE", "DELETE", "ACTION"];

    /// <summary>Returns what an event means.</summary>
    /// <param name="stored">The event.</param>
    /// <param name="clockSkew">How far the clocks of two Keycloak nodes may differ.</param>
    public static EventMeaning Of(StoredEvent stored, TimeSpan clockSkew)
    {
        if (stored.HasFailed)
        {
            return EventMeaning.None;
        }

        var path = stored.ResourcePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return stored.Type switch
        {
            "DELETE USER_SESSION" => path is ["sessions", var session] ? Until(RevocationKind.Session, session, stored)
                : EventMeaning.Unreadable,
            "ACTION USER" => UserAction(stored, path),
            "UPDATE USER" => path is ["users", var user] ? UserUpdate(stored, user) : EventMeaning.None,

            // Nobody can be issued a token after the deletion, except by a node whose clock is ahead.
            "DELETE USER" => path switch
            {
                ["users", var user] => new EventEffect(RevocationKind.User, user, stored.At + clockSkew),
                ["users", var user, ..] => Until(RevocationKind.RecheckUser, user, stored),
                _ => EventMeaning.Unreadable,
            },
            "DELETE REALM_ROLE_MAPPING" or "DELETE CLIENT_ROLE_MAPPING" or "DELETE GROUP_MEMBERSHIP" =>
                path is ["users", var user, ..] ? Until(RevocationKind.RecheckUser, user, stored) : Everyone(stored),
            "DELETE ORGANIZATION_MEMBERSHIP" => path is ["organizations", _, "members", var user]
                ? Until(RevocationKind.RecheckUser, user, stored)
                : Everyone(stored),
            "DELETE REALM_ROLE" or "UPDATE REALM_ROLE" or "DELETE CLIENT_ROLE" or "UPDATE CLIENT_ROLE" or "DELETE GROUP" or "UPDATE GROUP"
                or "DELETE ORGANIZATION" or "UPDATE ORGANIZATION" or "DELETE REALM_SCOPE_MAPPING" or "DELETE CLIENT_SCOPE_MAPPING" =>
                Everyone(stored),
            "UPDATE CLIENT" => path is ["clients", _] ? ClientUpdate(stored) : EventMeaning.None,
            "DELETE CLIENT" => path is ["clients", _] ? ClientDelete(stored, clockSkew) : EventMeaning.None,
            "UPDATE REALM" => path.Length == 0 ? RealmUpdate(stored) : EventMeaning.None,
            "ACTION REALM" => path is ["logout-all"] ? Until(RevocationKind.Realm, null, stored) : EventMeaning.None,
            "UPDATE COMPONENT" or "DELETE COMPONENT" =>
                stored.Representation is null || stored.Representation.Contains("KeyProvider", StringComparison.Ordinal)
                    ? EventMeaning.NewKeys
                    : EventMeaning.None,
            _ => EventMeaning.None,
        };
    }

    private static EventMeaning UserAction(StoredEvent stored, string[] path) => path switch
    {
        // Offline sessions and service accounts continue.
        ["users", var user, "logout"] => new EventEffect(RevocationKind.User, user, stored.At) { OnlineSessionsOnly = true },
        ["users", var user, "consents", var client] => new EventEffect(RevocationKind.RecheckUser, user, stored.At)
        {
            ClientId = IsPlain(client) ? client : null,
        },
        ["users", var user, "consents", ..] => Until(RevocationKind.RecheckUser, user, stored),
        _ => EventMeaning.None,
    };

    // A later "enabled" does not lift it: a refresh gets a new token, and the revocation is correct in every order of the events.
    private static EventMeaning UserUpdate(StoredEvent stored, string user) => RepresentedState.Read(stored.Representation) switch
    {
        { Enabled: true } => EventMeaning.None,
        { Enabled: false } => Until(RevocationKind.User, user, stored),
        _ => Until(RevocationKind.RecheckUser, user, stored),
    };

    // The representation is what the administrator sent: what it does not contain was not changed.
    private static EventMeaning ClientUpdate(StoredEvent stored) => RepresentedState.Read(stored.Representation) switch
    {
        { ClientId: { } client, Enabled: false } => Until(RevocationKind.Client, client, stored),
        { ClientId: { } client, NotBefore: > 0 and var notBefore } => Before(RevocationKind.Client, client, notBefore),
        null or { Enabled: false } or { NotBefore: > 0 } => Everyone(stored),
        _ => EventMeaning.None,
    };

    private static EventMeaning ClientDelete(StoredEvent stored, TimeSpan clockSkew) =>
        RepresentedState.Read(stored.Representation) is { ClientId: { } client }
            ? new EventEffect(RevocationKind.Client, client, stored.At + clockSkew)
            : Everyone(stored);

    private static EventMeaning RealmUpdate(StoredEvent stored) => RepresentedState.Read(stored.Representation) switch
    {
        null or { Enabled: false } => Everyone(stored),
        { NotBefore: > 0 and var notBefore } => Before(RevocationKind.Realm, null, notBefore),
        _ => EventMeaning.None,
    };

    // Keycloak accepts a token that was issued in the very second of the not-before.
    private static EventEffect Before(RevocationKind kind, string? id, long notBefore) =>
        new(kind, id, DateTimeOffset.FromUnixTimeSeconds(notBefore - 1));

    private static EventMeaning Until(RevocationKind kind, string? id, StoredEvent stored) => new EventEffect(kind, id, stored.At);

    private static EventMeaning Everyone(StoredEvent stored) => Until(RevocationKind.RecheckAll, null, stored);

    // It is not documented how the path of a resource is encoded. A client id without special characters is the same in any encoding.
    private static bool IsPlain(string client) => client.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');
}
