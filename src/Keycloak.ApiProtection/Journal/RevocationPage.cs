namespace Keycloak.ApiProtection;

/// <summary>What one read of an <see cref="IRevocationJournal"/> returned.</summary>
/// <param name="Entries">The entries, in any order. Their <see cref="RevocationEntry.Lifetime"/> is the remaining time.</param>
/// <param name="Position">The position from which the next read continues.</param>
/// <param name="IsLast">
/// Whether all entries that were durable when the read began have been returned. If false, the next read follows immediately.
/// </param>
public sealed record RevocationPage(IReadOnlyList<RevocationEntry> Entries, RevocationPosition Position, bool IsLast);
