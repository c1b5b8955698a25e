namespace Keycloak.ApiProtection.Journal;

/// <summary>What a <see cref="RevocationMark"/> does. The names are a part of the format of entries: they never change.</summary>
internal enum MarkKind
{
    /// <summary>Rejects the tokens of a session.</summary>
    Session,

    /// <summary>Rejects the tokens of a user.</summary>
    User,

    /// <summary>Rejects the tokens of a user, except those of offline sessions and service accounts.</summary>
    OnlineUser,

    /// <summary>Rejects the tokens of a client.</summary>
    Client,

    /// <summary>Rejects the tokens of a client in a session.</summary>
    ClientSession,

    /// <summary>Rejects one token.</summary>
    Token,

    /// <summary>Rejects all tokens of the realm: its not-before.</summary>
    Realm,

    /// <summary>Rejects all tokens of the realm, because revocations were merged.</summary>
    Watermark,

    /// <summary>Rejects the tokens of a client in a session that Keycloak ended for it, also those that are issued later.</summary>
    EndedSession,

    /// <summary>The same for tokens with offline access.</summary>
    EndedOfflineSession,

    /// <summary>Has the tokens of a user introspected.</summary>
    RecheckUser,

    /// <summary>Has the tokens of a client of a user introspected.</summary>
    RecheckClientOfUser,

    /// <summary>Has all tokens of the realm introspected.</summary>
    RecheckRealm,
}
