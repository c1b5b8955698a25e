namespace Keycloak.ApiProtection.Revocation;

/// <summary>Which event, if any, a token is refused for.</summary>
internal enum RevocationMatch
{
    /// <summary>None: the token is not revoked.</summary>
    None,

    /// <summary>Its session ended.</summary>
    Session,

    /// <summary>All sessions of its user ended.</summary>
    User,

    /// <summary>It is older than its client's not-before.</summary>
    Client,

    /// <summary>It is older than the realm's not-before.</summary>
    Realm,

    /// <summary>It was revoked by itself.</summary>
    Token,

    /// <summary>It is older than the events that the log still tells apart.</summary>
    Watermark,

    /// <summary>Keycloak told its client that its session ended, however young the token is.</summary>
    EndedSession,
}
