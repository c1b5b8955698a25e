namespace Keycloak.ApiProtection.PostgreSql.Tests.Journal;

/// <summary>
/// Random histories of transactions and reads, against a model of PostgreSQL: ids in order of insertion, commits in any order. The same
/// histories lose entries if a reader asks for ids greater than the greatest.
/// </summary>
public sealed class SnapshotModelTests
{
    private const int Histories = 2_000;
    private const int PageSize = 3;

    [Fact]
    public void No_committed_entry_is_missed_and_none_is_read_by_two_reads()
    {
        for (var seed = 0; seed < Histories; seed++)
        {
            var (missed, repeated, _) = Run(seed);
            Assert.True(missed == 0 && repeated == 0, $"Seed {seed}: {missed} missed, {repeated} repeated");
        }
    }

    [Fact]
    public void Greater_than_the_greatest_id_would_miss_entries() =>
        Assert.Contains(Enumerable.Range(0, Histories), seed => Run(seed).MissedById > 0);

    private static (int Missed, int Repeated, int MissedById) Run(int seed)
    {
        var random = new Random(seed);
        var server = new ServerModel();
        SnapshotPosition? position = null;
        long greatest = 0;
        var read = new List<long>();
        var byId = new HashSet<long>();
        for (var step = 0; step < 60; step++)
        {
            switch (random.Next(5))
            {
                case 0:
                    server.Begin();
                    break;
                case 1:
                    server.Insert(random);
                    break;
                case 2:
                    server.End(random);
                    break;
                case 3:
                    ReadPage();
                    break;
                default:
                    var visible = server.Visible().Where(row => row.Id > greatest).Select(row => row.Id).ToArray();
                    byId.UnionWith(visible);
                    greatest = visible.Append(greatest).Max();
                    break;
            }
        }

        server.EndAll(random);
        ReadAll();
        ReadAll();
        byId.UnionWith(server.Visible().Where(row => row.Id > greatest).Select(row => row.Id));
        var committed = server.Visible().Select(row => row.Id).ToArray();
        return (committed.Except(read).Count(), read.Count - read.Distinct().Count(), committed.Except(byId).Count());

        void ReadAll()
        {
            do
            {
                ReadPage();
            }
            while (!position!.IsBetweenReads);
        }

        // What JournalStatements.ReadAfter selects. A row that is committed between two pages of one read may be in two reads.
        void ReadPage()
        {
            var before = position;
            var rows = server.Visible().Where(row => row.Id > (before?.LastId ?? 0) && !(before?.Covers(row.Transaction) ?? false))
                .OrderBy(row => row.Id).Take(PageSize).ToArray();
            var snapshot = server.Snapshot();
            var first = before?.Reading ?? snapshot;
            read.AddRange(rows.Where(row => first.Covers(row.Transaction)).Select(row => row.Id));
            position = SnapshotPosition.After(before, "model", snapshot, rows.LastOrDefault().Id, rows.Length < PageSize);
        }
    }

    /// <summary>Transactions with their rows. An id is assigned when a row is inserted, a transaction id with the first row.</summary>
    private sealed class ServerModel
    {
        private readonly List<Transaction> _open = [];
        private readonly List<(long Id, ulong Transaction)> _committed = [];
        private ulong _nextTransaction = 100;
        private long _nextId = 1;

        public void Begin() => _open.Add(new Transaction());

        public void Insert(Random random)
        {
            if (_open.Count > 0)
            {
                var transaction = _open[random.Next(_open.Count)];
                transaction.Id ??= _nextTransaction++;
                transaction.Rows.Add(_nextId++);
            }
        }

        public void End(Random random)
        {
            if (_open.Count == 0)
            {
                return;
            }

            var transaction = _open[random.Next(_open.Count)];
            _open.Remove(transaction);
            if (random.Next(4) > 0)
            {
                _committed.AddRange(transaction.Rows.Select(id => (id, transaction.Id!.Value)));
            }
        }

        public void EndAll(Random random)
        {
            while (_open.Count > 0)
            {
                End(random);
            }
        }

        public List<(long Id, ulong Transaction)> Visible() => _committed;

        public TransactionSnapshot Snapshot()
        {
            var running = _open.Select(transaction => transaction.Id).OfType<ulong>().Order().ToArray();
            var xmin = running.Append(_nextTransaction).Min();
            return TransactionSnapshot.Parse($"{xmin}:{_nextTransaction}:{string.Join(',', running)}")!;
        }

        private sealed class Transaction
        {
            public ulong? Id { get; set; }

            public List<long> Rows { get; } = [];
        }
    }
}
