namespace Keycloak.ApiProtection;

/// <summary>A journal of revocations that all replicas of an API share, so that each of them learns of every revocation.</summary>
/// <remarks>
/// <para>
/// The journal is not asked for requests. Each process reads it in the background into its own revocation log, which is the only thing
/// that a request asks. A process that starts, or that was disconnected, reads what it has missed.
/// </para>
/// <para>
/// A revocation only ever rejects more tokens, and applying it twice changes nothing. An implementation may therefore return an entry
/// several times and in any order, but it must return each entry at least once. Implementations must be thread-safe. Whoever can write to
/// the journal can have tokens rejected, but cannot have one accepted.
/// </para>
/// <para><c>Keycloak.ApiProtection.PostgreSql</c> implements it with a table.</para>
/// </remarks>
public interface IRevocationJournal
{
    /// <summary>Appends entries. The task completes when they are durable.</summary>
    /// <param name="entries">The entries: between 1 and 500.</param>
    /// <param name="cancellationToken">
    /// Canceled after <see cref="RevocationJournalOptions.Timeout"/>, or when the application stops.
    /// </param>
    /// <returns>A task that completes when all entries are durable and every reader will find them.</returns>
    /// <remarks>
    /// An exception means that the entries are perhaps not durable. They are then appended again, so they may be in the journal twice.
    /// </remarks>
    ValueTask AppendAsync(IReadOnlyList<RevocationEntry> entries, CancellationToken cancellationToken);

    /// <summary>Reads the entries that no read up to a position has returned and that have not expired.</summary>
    /// <param name="after">
    /// The <see cref="RevocationPage.Position"/> of an earlier read, or null to read all entries. If the journal cannot tell which entries
    /// come after it, because it was restored from a backup, for example, it must return all entries.
    /// </param>
    /// <param name="cancellationToken">
    /// Canceled after <see cref="RevocationJournalOptions.Timeout"/>, or when the application stops.
    /// </param>
    /// <returns>The entries, or a part of them: see <see cref="RevocationPage.IsLast"/>.</returns>
    /// <remarks>
    /// A position must not skip an entry that becomes visible later than a newer one. Example: a database assigns increasing ids, but
    /// two transactions can commit in another order, so "greater than the greatest id" loses entries.
    /// </remarks>
    ValueTask<RevocationPage> ReadAsync(RevocationPosition? after, CancellationToken cancellationToken);

    /// <summary>
    /// Waits until there may be new entries. It is a hint that shortens the delay; the journal is also read every
    /// <see cref="RevocationJournalOptions.PollInterval"/>.
    /// </summary>
    /// <param name="cancellationToken">Canceled when the journal is read for another reason.</param>
    /// <returns>
    /// A task that completes when there may be entries that the last <see cref="ReadAsync"/> did not return. An entry that was appended
    /// after that read began must complete it, too. It may complete for no reason.
    /// </returns>
    Task WaitAsync(CancellationToken cancellationToken) => new TaskCompletionSource().Task.WaitAsync(cancellationToken);

    /// <summary>
    /// Tries to get or keep the turn for work that only one replica at a time should do, such as reading Keycloak's stored events.
    /// </summary>
    /// <param name="work">The name of the work.</param>
    /// <param name="cancellationToken">
    /// Canceled after <see cref="RevocationJournalOptions.Timeout"/>, or when the application stops.
    /// </param>
    /// <returns>
    /// True if this process has the turn until it calls the method the next time, or until it ends. Two processes may both have it for a
    /// short time. The default implementation always returns true: each replica does the work.
    /// </returns>
    ValueTask<bool> TryTakeTurnAsync(string work, CancellationToken cancellationToken) => new(true);
}
