using System.Text;
using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Journal;

namespace Keycloak.ApiProtection.PostgreSql.Tests.Journal;

/// <summary>
/// All histories of a bounded number of steps: two replicas append, one reads; transactions commit in any order, commits are not reported,
/// processes and the server restart. The queue and the positions are those of the library; the database is a model.
/// </summary>
public sealed class JournalModelTests
{
    private const int Depth = 9;

    [Fact]
    public void A_reader_that_says_it_is_current_knows_every_revocation_that_was_acknowledged_before_its_read_began()
    {
        var (violation, states) = Explore(() => new Model());

        Assert.Null(violation);
        Assert.InRange(states, 10_000, int.MaxValue);
        TestContext.Current.TestOutputHelper!.WriteLine($"{states} states");
    }

    [Fact]
    public void The_model_finds_that_a_position_by_the_greatest_id_loses_revocations()
    {
        Assert.NotNull(Explore(() => new Model { PositionIsGreatestId = true }).Violation);
    }

    [Fact]
    public void The_model_finds_that_a_position_must_not_outlive_the_server_that_returned_it()
    {
        Assert.NotNull(Explore(() => new Model { IgnoresRestarts = true }).Violation);
    }

    [Fact]
    public void The_model_finds_that_a_revocation_must_not_be_acknowledged_before_its_commit()
    {
        Assert.NotNull(Explore(() => new Model { AcknowledgesEarly = true }).Violation);
    }

    /// <summary>Explores breadth first. A state is explored once, however it was reached.</summary>
    private static (string? Violation, int States) Explore(Func<Model> create)
    {
        var seen = new HashSet<string>();
        var frontier = new List<int[]> { Array.Empty<int>() };
        for (var depth = 0; depth < Depth; depth++)
        {
            var next = new List<int[]>();
            foreach (var path in frontier)
            {
                for (var action = 0; action < Model.Actions; action++)
                {
                    var model = create();
                    foreach (var step in path)
                    {
                        model.Try(step);
                    }

                    if (!model.Try(action))
                    {
                        continue;
                    }

                    if (model.Violation is { } violation)
                    {
                        return ($"{string.Join(' ', path.Append(action))}: {violation}", seen.Count);
                    }

                    if (seen.Add(model.ToString()))
                    {
                        next.Add([.. path, action]);
                    }
                }
            }

            frontier = next;
        }

        return (null, seen.Count);
    }

    private sealed class Model
    {
        /// <summary>The number of different steps.</summary>
        public const int Actions = 13;

        private const int MostRevocations = 4;
        private const int PageSize = 2;

        private readonly Writer[] _writers = [new(), new()];
        private readonly List<(long Id, ulong Transaction, RevocationMark Mark)> _rows = [];
        private readonly HashSet<long> _acknowledged = [];
        private long _nextId = 1;
        private ulong _nextTransaction = 100;
        private int _server = 1;
        private int _revocations;

        // The reader.
        private SnapshotPosition? _position;
        private long _greatestId;
        private HashSet<long> _acknowledgedBefore = [];
        private readonly List<RevocationMark> _applied = [];

        public bool PositionIsGreatestId { get; init; }

        public bool IgnoresRestarts { get; init; }

        public bool AcknowledgesEarly { get; init; }

        public string? Violation { get; private set; }

        /// <summary>Makes one step. False if it is not possible now.</summary>
        public bool Try(int action) => action switch
        {
            0 or 1 => Revoke(_writers[action]),
            2 or 3 => Begin(_writers[action - 2]),
            4 or 5 => Commit(_writers[action - 4], isReported: true),
            6 => Commit(_writers[0], isReported: false),
            7 => Abort(_writers[0]),
            8 => RestartWriter(_writers[1]),
            9 or 10 => ReadPage(),
            11 => RestartReader(),
            _ => RestartServer(),
        };

        /// <summary>What distinguishes this state from others.</summary>
        public override string ToString()
        {
            var text = new StringBuilder();
            foreach (var writer in _writers)
            {
                text.Append(writer.Transaction).Append('(').AppendJoin(',', writer.Taken.Select(mark => mark.Until)).Append(')')
                    .Append(writer.Queue.Durable).Append('/').Append(writer.Queue.Last).Append('[')
                    .AppendJoin(',', writer.Waiting.Select(mark => $"{mark.Kind}{mark.Until}")).Append(']');
            }

            return text.AppendJoin(',', _rows.Select(row => $"{row.Id}:{row.Transaction}:{row.Mark.Until}")).Append('|')
                .AppendJoin(',', _acknowledged.Order()).Append('|').AppendJoin(',', _acknowledgedBefore.Order()).Append('|')
                .AppendJoin(',', _applied.Select(mark => $"{mark.Kind}{mark.Until}").Distinct().Order()).Append('|')
                .Append(_position).Append('|').Append(_greatestId).Append('|').Append(_server).Append('|').Append(_revocations)
                .ToString();
        }

        private bool Revoke(Writer writer)
        {
            if (_revocations == MostRevocations)
            {
                return false;
            }

            var time = ++_revocations;
            writer.Queue.Add(new RevocationMark(
                MarkKind.Session, new HashedName(1, 1), new HashedName((ulong)time, 0), default, time, TimeSpan.FromHours(1)));
            writer.Numbers[writer.Queue.Last] = time;
            return true;
        }

        private bool Begin(Writer writer)
        {
            if (writer.Transaction is not null || writer.Queue.Count == 0)
            {
                return false;
            }

            writer.Taken = writer.Queue.Take(2);
            writer.Transaction = _nextTransaction++;
            writer.FirstId = _nextId;
            _nextId += writer.Taken.Count;
            if (AcknowledgesEarly)
            {
                Acknowledge(writer, writer.Queue.Last);
            }

            return true;
        }

        private bool Commit(Writer writer, bool isReported)
        {
            if (writer.Transaction is not { } transaction)
            {
                return false;
            }

            _rows.AddRange(writer.Taken.Select((mark, index) => (writer.FirstId + index, transaction, mark)));
            writer.End();
            if (isReported)
            {
                writer.Queue.Appended();
                Acknowledge(writer, writer.Queue.Durable);
            }
            else
            {
                writer.Queue.Failed();
            }

            return true;
        }

        private static bool Abort(Writer writer)
        {
            if (writer.Transaction is null)
            {
                return false;
            }

            writer.End();
            writer.Queue.Failed();
            return true;
        }

        // The connection of a process that ends is closed, so its transaction is rolled back. What was not durable is lost.
        private static bool RestartWriter(Writer writer)
        {
            writer.End();
            writer.Queue = new AppendQueue(Writer.Capacity);
            writer.Numbers.Clear();
            return true;
        }

        private bool RestartReader()
        {
            _position = null;
            _greatestId = 0;
            _applied.Clear();
            _acknowledgedBefore = [.. _acknowledged];
            return true;
        }

        // A crash: running transactions are rolled back, and ids of transactions that left no row are assigned again.
        private bool RestartServer()
        {
            if (_server == 3)
            {
                return false;
            }

            foreach (var writer in _writers.Where(writer => writer.Transaction is not null))
            {
                Abort(writer);
            }

            _server++;
            _nextTransaction = _rows.Select(row => row.Transaction).Append(99UL).Max() + 1;
            return true;
        }

        private void Acknowledge(Writer writer, long upTo)
        {
            foreach (var (number, time) in writer.Numbers)
            {
                if (number <= upTo)
                {
                    _acknowledged.Add(time);
                }
            }
        }

        private bool ReadPage()
        {
            var server = IgnoresRestarts ? "model" : $"server-{_server}";
            var before = _position?.Server == server ? _position : null;
            if (before is null || before.IsBetweenReads)
            {
                _acknowledgedBefore = [.. _acknowledged];
            }

            var unread = PositionIsGreatestId
                ? _rows.Where(row => row.Id > _greatestId)
                : _rows.Where(row => row.Id > (before?.LastId ?? 0) && before?.Covers(row.Transaction) != true);
            var page = unread.OrderBy(row => row.Id).Take(PageSize).ToArray();
            _applied.AddRange(page.Select(row => row.Mark));
            _greatestId = page.Select(row => row.Id).Append(_greatestId).Max();
            var isLast = page.Length < PageSize;
            _position = SnapshotPosition.After(before, server, Snapshot(), page.LastOrDefault().Id, isLast);
            if (isLast && _acknowledgedBefore.Except(Covered()).ToArray() is { Length: > 0 } missing)
            {
                Violation = $"revocation {string.Join(", ", missing)} is acknowledged, but not known to a reader that says it is current";
            }

            return true;
        }

        private IEnumerable<long> Covered() => Enumerable.Range(1, _revocations).Select(time => (long)time).Where(time =>
            _applied.Any(mark => mark.Kind == MarkKind.Watermark ? mark.Until >= time : mark.Until == time));

        private TransactionSnapshot Snapshot()
        {
            var running = _writers.Select(writer => writer.Transaction).OfType<ulong>().Order().ToArray();
            return TransactionSnapshot.Parse(
                $"{running.Append(_nextTransaction).Min()}:{_nextTransaction}:{string.Join(',', running)}")!;
        }
    }

    private sealed class Writer
    {
        public const int Capacity = 2;

        public AppendQueue Queue { get; set; } = new(Capacity);

        /// <summary>The revocation of each number of the queue.</summary>
        public Dictionary<long, long> Numbers { get; } = [];

        public ulong? Transaction { get; set; }

        public IReadOnlyList<RevocationMark> Taken { get; set; } = [];

        public long FirstId { get; set; }

        /// <summary>What waits. The queue returns it by taking it, so what was taken before is taken again.</summary>
        public IReadOnlyList<RevocationMark> Waiting
        {
            get
            {
                var waiting = Queue.Take(int.MaxValue);
                Queue.Take(Taken.Count);
                return waiting;
            }
        }

        public void End()
        {
            Transaction = null;
            Taken = [];
        }
    }
}
