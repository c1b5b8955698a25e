using System.Globalization;

namespace Keycloak.ApiProtection.PostgreSql;

/// <summary>A position between transactions, not between ids: ids are assigned in one order and committed in another.</summary>
/// <remarks>
/// A read returns the rows of all transactions that <see cref="Seen"/> does not cover. It may need several pages. All of them belong to
/// the snapshot of the first page: a row that is committed while pages are read is perhaps not in them, but that snapshot does not cover
/// its transaction, so the next read returns it.
/// </remarks>
/// <param name="Server">Identifies one run of a database server. Another run may assign the same transaction ids again.</param>
/// <param name="Seen">The transactions whose rows earlier reads have returned; null if there was none.</param>
/// <param name="Reading">The snapshot of the first page of a read that has more pages; null between two reads.</param>
/// <param name="LastId">The last row of the pages that were read; 0 between two reads.</param>
internal sealed record SnapshotPosition(string Server, TransactionSnapshot? Seen, TransactionSnapshot? Reading, long LastId)
{
    private const string Version = "1";
    private const char Separator = ';';

    /// <summary>Whether the next read is the first page of a read.</summary>
    public bool IsBetweenReads => Reading is null;

    /// <summary>Whether earlier reads have returned the rows of a transaction.</summary>
    public bool Covers(ulong transaction) => Seen is not null && Seen.Covers(transaction);

    /// <summary>The position after a page.</summary>
    /// <param name="before">The position from which the page was read; null for the first page of all.</param>
    /// <param name="server">The server that returned it.</param>
    /// <param name="snapshot">The snapshot that the page was read with.</param>
    /// <param name="lastId">The id of its last row.</param>
    /// <param name="isLast">Whether there are no more rows.</param>
    public static SnapshotPosition After(
        SnapshotPosition? before, string server, TransactionSnapshot snapshot, long lastId, bool isLast)
    {
        var first = before?.Reading ?? snapshot;
        return isLast
            ? new SnapshotPosition(server, first, null, 0)
            : new SnapshotPosition(server, before?.Seen, first, lastId);
    }

    /// <summary>Parses a position.</summary>
    /// <returns>The position; null if the text is not one, so that everything is read.</returns>
    public static SnapshotPosition? Parse(string? text)
    {
        if (text?.Split(Separator) is not [Version, { Length: > 0 } server, var seen, var reading, var last]
            || !long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var lastId)
            || !TryParse(seen, out var seenSnapshot)
            || !TryParse(reading, out var readingSnapshot)
            || (seenSnapshot is null && readingSnapshot is null)
            || (readingSnapshot is null && lastId != 0))
        {
            return null;
        }

        return new SnapshotPosition(server, seenSnapshot, readingSnapshot, lastId);
    }

    public override string ToString() =>
        string.Join(Separator, Version, Server, Seen, Reading, LastId.ToString(CultureInfo.InvariantCulture));

    private static bool TryParse(string text, out TransactionSnapshot? snapshot)
    {
        snapshot = text.Length == 0 ? null : TransactionSnapshot.Parse(text);
        return text.Length == 0 || snapshot is not null;
    }
}
