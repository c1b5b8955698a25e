using System.Globalization;

namespace Keycloak.ApiProtection.Tests.Journal;

/// <summary>
/// A journal in memory. All journals that are opened on one store share its entries, as replicas share a database.
/// </summary>
internal sealed class InMemoryRevocationJournal(InMemoryRevocationJournal.Store store, TimeProvider time) : IRevocationJournal
{
    private TaskCompletionSource _signal = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _listens;

    public ValueTask AppendAsync(IReadOnlyList<RevocationEntry> entries, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        store.Append(entries, time.GetUtcNow());
        return ValueTask.CompletedTask;
    }

    public ValueTask<RevocationPage> ReadAsync(RevocationPosition? after, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (store)
        {
            if (!_listens)
            {
                _listens = true;
                store.Appended += () => _signal.TrySetResult();
            }

            _signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new(store.Read(after, time.GetUtcNow()));
        }
    }

    public Task WaitAsync(CancellationToken cancellationToken) => _signal.Task.WaitAsync(cancellationToken);

    public ValueTask<bool> TryTakeTurnAsync(string work, CancellationToken cancellationToken)
    {
        lock (store)
        {
            return new(store.Turns.TryAdd(work, this) || store.Turns[work] == this);
        }
    }

    /// <summary>What the journals share.</summary>
    internal sealed class Store
    {
        private readonly string _id = Guid.NewGuid().ToString("N");
        private readonly List<(RevocationEntry Entry, DateTimeOffset Expires)> _entries = [];

        public event Action? Appended;

        public Dictionary<string, IRevocationJournal> Turns { get; } = [];

        public void Append(IReadOnlyList<RevocationEntry> entries, DateTimeOffset now)
        {
            lock (this)
            {
                _entries.AddRange(entries.Select(entry => (entry, now + entry.Lifetime)));
                Appended?.Invoke();
            }
        }

        public RevocationPage Read(RevocationPosition? after, DateTimeOffset now)
        {
            var first = 0;
            if (after?.Value.Split('/') is [var id, var position] && id == _id)
            {
                first = int.Parse(position, CultureInfo.InvariantCulture);
            }

            var live = _entries.Skip(first).Where(stored => stored.Expires > now)
                .Select(stored => stored.Entry with { Lifetime = stored.Expires - now });
            return new RevocationPage(
                [.. live], new RevocationPosition($"{_id}/{_entries.Count.ToString(CultureInfo.InvariantCulture)}"), IsLast: true);
        }
    }
}
