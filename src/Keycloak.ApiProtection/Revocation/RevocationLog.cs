using Keycloak.ApiProtection.Claims.Marks;

namespace Keycloak.ApiProtection.Revocation;

/// <summary>The events by which one scheme's tokens have been revoked. Bounded: when it is full, it gets stricter, never laxer.</summary>
/// <remarks>
/// <para>An event covers the tokens that it names and that were issued not after it, to the second: <c>iat</c> knows no parts of seconds, so
/// that one of the same second may be older than the event and is refused. Events with one name are one event, with the later time.</para>
/// <para>An event may be forgotten when every token that it covers has ended. When there are more than fit, the oldest ones go and raise
/// the watermark to the youngest of them: what they covered is then covered by it, and so is everything else of that age.</para>
/// <para>Reading takes no lock. Writers take turns; what they replace is read to the end by those who have begun with it.</para>
/// </remarks>
internal sealed class RevocationLog
{
    private const int SmallestTable = 128;

    // The share of the capacity by which the table may outgrow it before the oldest go: else every new event would sort all of them.
    private const int Slack = 16;

    private readonly Lock _gate = new();
    private readonly int _capacity;
    private readonly int _most;
    private readonly TimeSpan _sweepInterval;
    private readonly TimeProvider _time;
    private readonly Action<int, DateTimeOffset>? _merged;

    private RevocationTable _table;

    // Seconds since 1970; -1 where there is none, so that even a token without a date is not older.
    private long _notBefore = -1;
    private long _watermark = -1;
    private long _floor = -1;
    private long _nextSweep;

    /// <param name="capacity">How many events are told apart at least; a sixteenth more may be there before the oldest go.</param>
    /// <param name="lifetime">How long events live; those that ended are looked for four times in it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="merged">Told how many events were merged, and into which watermark.</param>
    public RevocationLog(int capacity, TimeSpan lifetime, TimeProvider time, Action<int, DateTimeOffset>? merged = null)
    {
        _capacity = capacity;
        _most = capacity + Math.Max(1, capacity / Slack);
        _table = new RevocationTable(Math.Min(SmallestTable, _most));
        _sweepInterval = lifetime / 4;
        _time = time;
        _merged = merged;
        _nextSweep = (time.GetUtcNow() + _sweepInterval).ToUnixTimeSeconds();
    }

    /// <summary>Gets how many events are told apart; ended ones count until they are swept.</summary>
    public int Count => Volatile.Read(ref _table).Count;

    /// <summary>Gets the watermark in seconds since 1970; -1 where there is none.</summary>
    public long Watermark => Volatile.Read(ref _watermark);

    /// <summary>Gets whether no token can be covered by anything. The table before the floor, as in <see cref="Find"/>.</summary>
    public bool IsEmpty => Volatile.Read(ref _table).Count == 0 && Volatile.Read(ref _floor) < 0;

    /// <summary>Finds the event that a token is refused for. No lock, no allocation.</summary>
    public RevocationMatch Find(in TokenMarks token)
    {
        // The table before the floor: events leave the table only after the floor has risen over them.
        var table = Volatile.Read(ref _table);
        var issuedAt = token.IssuedAt;
        if (issuedAt <= Volatile.Read(ref _floor))
        {
            return issuedAt <= Volatile.Read(ref _notBefore) ? RevocationMatch.Realm : RevocationMatch.Watermark;
        }

        return table.Covers(token.Session, issuedAt) ? RevocationMatch.Session
            : table.Covers(token.User, issuedAt) ? RevocationMatch.User
            : table.Covers(token.Client, issuedAt) ? RevocationMatch.Client
            : table.Covers(token.Token, issuedAt) ? RevocationMatch.Token
            : RevocationMatch.None;
    }

    /// <summary>Adds an event. False where it changes nothing: what it covers is covered already, or has ended.</summary>
    public bool Add(ulong key, long until, long expiresAt)
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow().ToUnixTimeSeconds();
            if (until <= _floor || expiresAt <= now)
            {
                return false;
            }

            if (_table.TryRaise(key, until, expiresAt, out var raised))
            {
                return raised;
            }

            if (_table.Count >= _table.Limit || now >= _nextSweep)
            {
                MakeRoom(now);
                if (until <= _floor)
                {
                    // As old as those that had to go: the watermark covers it like them.
                    return true;
                }
            }

            _table.Add(key, until, expiresAt);
            return true;
        }
    }

    /// <summary>Raises the realm's not-before. False where it was as late already: it never moves back.</summary>
    public bool NotBefore(long until)
    {
        lock (_gate)
        {
            if (until <= Math.Max(0, _notBefore))
            {
                return false;
            }

            Volatile.Write(ref _notBefore, until);
            Volatile.Write(ref _floor, Math.Max(_notBefore, _watermark));
            return true;
        }
    }

    private void MakeRoom(long now)
    {
        _nextSweep = now + (long)_sweepInterval.TotalSeconds;
        var live = _table.Events().Where(held => held.ExpiresAt > now && held.Until > _floor).ToArray();
        if (live.Length > _capacity)
        {
            live = MergeOldest(live);
        }

        // Twice what is there, so that growing costs each event a constant share.
        var table = new RevocationTable(Math.Clamp(live.Length * 2, Math.Min(SmallestTable, _most), _most));
        foreach (var (key, until, expiresAt) in live)
        {
            table.Add(key, until, expiresAt);
        }

        Volatile.Write(ref _table, table);
    }

    private (ulong Key, long Until, long ExpiresAt)[] MergeOldest((ulong Key, long Until, long ExpiresAt)[] live)
    {
        Array.Sort(live, static (one, other) => one.Until.CompareTo(other.Until));
        Volatile.Write(ref _watermark, live[live.Length - _capacity - 1].Until);
        Volatile.Write(ref _floor, Math.Max(_notBefore, _watermark));
        var left = Array.FindAll(live, held => held.Until > _watermark);
        _merged?.Invoke(live.Length - left.Length, DateTimeOffset.FromUnixTimeSeconds(_watermark));
        return left;
    }
}
