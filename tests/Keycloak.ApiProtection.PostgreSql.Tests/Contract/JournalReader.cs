namespace Keycloak.ApiProtection.PostgreSql.Tests.Contract;

/// <summary>Reads a journal as the library does: page after page, and then from the last position.</summary>
internal sealed class JournalReader(IRevocationJournal journal)
{
    public RevocationPosition? Position { get; set; }

    /// <summary>Reads until the last page.</summary>
    public async Task<IReadOnlyList<RevocationEntry>> ReadAsync()
    {
        List<RevocationEntry> entries = [];
        RevocationPage page;
        do
        {
            page = await ReadPageAsync();
            entries.AddRange(page.Entries);
        }
        while (!page.IsLast);

        return entries;
    }

    public async Task<RevocationPage> ReadPageAsync()
    {
        var page = await journal.ReadAsync(Position, TestContext.Current.CancellationToken);
        Position = page.Position;
        return page;
    }

    /// <summary>The contents that <see cref="ReadAsync"/> reads, in order.</summary>
    public async Task<string[]> ContentsAsync() =>
        [.. (await ReadAsync()).Select(entry => entry.Content).Order(StringComparer.Ordinal)];
}
