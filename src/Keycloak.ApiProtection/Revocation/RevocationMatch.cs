namespace Keycloak.ApiProtection.Revocation;

/// <summary>The kind of event that a token is rejected for.</summary>
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

    /// <summary>This token was revoked.</summary>
    Token,

    /// <summary>It was issued at or before the watermark of the log.</summary>
    Watermark,

    /// <summary>Its session was ended for its client. This also covers tokens that were issued later.</summary>
    EndedSession,

    /// <summary>Its session ended for its client.</summary>
    ClientSession,

    /// <summary>Keycloak must be asked about it, and this API cannot ask.</summary>
    Recheck,
}
