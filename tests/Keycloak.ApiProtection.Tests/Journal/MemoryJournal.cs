namespace Keycloak.ApiProtection.Tests.Journal;

/// <summary>A journal in memory, which the replicas of a test share. The test can make it fail.</summary>
internal sealed class MemoryJournal(TimeProvider time) : IRevocationJournal
{
    private readonly Lock _gate = new();
    private readonly List<(RevocationEntry Entry, DateTimeOffset ExpiresAt)> _entries = [];
    private TaskCompletionSource _appended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether reads and appends fail.</summary>
    public bool IsDown { get; set; }

    /// <summary>Whether appends never end.</summary>
    public bool Hangs { get; set; }

    /// <summary>Whether this replica has the turn.</summary>
    public bool IsMyTurn { get; set; } = true;

    /// <summary>The number of reads.</summary>
    public int Reads { get; private set; }

    public IReadOnlyList<string> Contents
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries.Select(entry => entry.Entry.Content)];
            }
        }
    }

    /// <summary>Adds an entry as somebody else would who can write to the journal.</summary>
    public void Write(string content) => Add([new RevocationEntry(content, TimeSpan.FromHours(1))]);

    public async ValueTask AppendAsync(IReadOnlyList<RevocationEntry> entries, CancellationToken cancellationToken)
    {
        Assert.InRange(entries.Count, 1, 500);
        if (Hangs)
        {
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        }

        Check();
        Add(entries);
    }

    public ValueTask<RevocationPage> ReadAsync(RevocationPosition? after, CancellationToken cancellationToken)
    {
        Check();
        lock (_gate)
        {
            Reads++;
            var now = time.GetUtcNow();
            var from = after is null ? 0 : int.Parse(after.Value, null);

            // Small pages, so that every test has several.
            var page = _entries.Skip(from).Take(3).ToArray();
            return new(new RevocationPage(
                [.. page.Where(entry => entry.ExpiresAt > now).Select(entry => entry.Entry with { Lifetime = entry.ExpiresAt - now })],
                new RevocationPosition($"{from + page.Length}"),
                IsLast: from + page.Length == _entries.Count));
        }
    }

    public Task WaitAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _appended.Task.WaitAsync(cancellationToken);
        }
    }

    public ValueTask<bool> TryTakeTurnAsync(string work, CancellationToken cancellationToken)
    {
        Check();
        return new(IsMyTurn);
    }

    private void Add(IReadOnlyList<RevocationEntry> entries)
    {
        TaskCompletionSource appended;
        lock (_gate)
        {
            _entries.AddRange(entries.Select(entry => (entry, time.GetUtcNow() + entry.Lifetime)));
            appended = _appended;
            _appended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        appended.SetResult();
    }

    private void Check()
    {
        if (IsDown)
        {
            throw new IOException("The journal is down.");
        }
    }
}
