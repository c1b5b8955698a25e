using System.Buffers;

namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>What the events of users and clients mean for tokens, as measured with Keycloak 26.</summary>
internal static class UserEventRules
{
    /// <summary>The types of events that have an effect. Only these are queried.</summary>
    public static readonly IReadOnlyList<string> Types =
        ["LOGOUT", "REVOKE_GRANT", "REFRESH_TOKEN_ERROR", "USER_DISABLED_BY_PERMANENT_LOCKOUT", "DELETE_ACCOUNT"];

    private static readonly SearchValues<char> Separators = SearchValues.Create(" ,;[]\"");

    /// <summary>Returns what an event means.</summary>
    public static EventMeaning Of(StoredEvent stored) => stored.Type switch
    {
        "LOGOUT" when stored.SessionId is { } session => new EventEffect(RevocationKind.Session, session, stored.At),
        "LOGOUT" when stored.UserId is { } user => new EventEffect(RevocationKind.RecheckUser, user, stored.At),
        "LOGOUT" => EventMeaning.Unreadable,
        "REVOKE_GRANT" => Revoked(stored),

        // Keycloak ends the client's session if a refresh token is used too often. Other reasons change nothing.
        "REFRESH_TOKEN_ERROR" when stored.Reason?.StartsWith("Maximum allowed", StringComparison.Ordinal) == true =>
            ClientSession(stored, stored.ClientId),
        "USER_DISABLED_BY_PERMANENT_LOCKOUT" or "DELETE_ACCOUNT" => stored.UserId is { } user
            ? new EventEffect(RevocationKind.User, user, stored.At)
            : EventMeaning.Unreadable,
        _ => EventMeaning.None,
    };

    /// <summary>
    /// Three acts have this type: the revocation of an access token (<c>token_id</c>), of a refresh token (with a session), and a user who
    /// withdraws a consent (without both). The revocation of an access or refresh token also ends the sessions of clients that have
    /// exchanged a token of this client for a refresh token.
    /// </summary>
    private static EventMeaning Revoked(StoredEvent stored)
    {
        if (stored.TokenId is { } token)
        {
            return WithExchanges(stored, new EventEffect(RevocationKind.Token, token, stored.At));
        }

        if (stored.SessionId is { } session && stored.RevokedClient is { } client)
        {
            return WithExchanges(stored, new EventEffect(RevocationKind.ClientSession, session, stored.At) { ClientId = client });
        }

        return stored.UserId is { } user
            ? WithExchanges(stored, new EventEffect(RevocationKind.RecheckUser, user, stored.At) { ClientId = stored.RevokedClient })
            : EventMeaning.Unreadable;
    }

    private static EventMeaning WithExchanges(StoredEvent stored, EventEffect revoked) =>
        stored.ExchangeClients is null || stored.UserId is not { } holder
            ? revoked
            : new EventMeaning([revoked, Recheck(holder, stored.ExchangeClients, stored.At)]);

    // The list's separator is not documented, and a client id can contain it: then all tokens of the user are asked about.
    private static EventEffect Recheck(string user, string clients, DateTimeOffset at) => new(RevocationKind.RecheckUser, user, at)
    {
        ClientId = clients.AsSpan().ContainsAny(Separators) ? null : clients,
    };

    private static EventMeaning ClientSession(StoredEvent stored, string? client) =>
        stored.SessionId is { } session && client is not null
            ? new EventEffect(RevocationKind.ClientSession, session, stored.At) { ClientId = client }
            : EventMeaning.Unreadable;
}
