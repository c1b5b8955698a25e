namespace Keycloak.ApiProtection.Journal;

/// <summary>What this process knows of the journal.</summary>
internal enum JournalView
{
    /// <summary>It was read completely, and not longer ago than <see cref="RevocationJournalOptions.MaxSilence"/>.</summary>
    Current,

    /// <summary>It has not been read completely yet.</summary>
    Unread,

    /// <summary>It was read, but longer ago than <see cref="RevocationJournalOptions.MaxSilence"/>.</summary>
    Silent,
}
