using Keycloak.ApiProtection.Claims.Marks;

namespace Keycloak.ApiProtection.Revocation;

/// <summary>The revocation events of one scheme. Its size is limited: a full log rejects more tokens, never fewer.</summary>
/// <remarks>
/// <para>An event covers the tokens that it names and that were issued at or before its time. The precision is one second, because
/// <c>iat</c> has no fractions: a token that was issued in the same second may be older than the event and is rejected. Events with the
/// same name are merged into one event with the later time.</para>
/// <para>An event is removed when every token that it covers has expired. If there are too many events, the oldest ones are removed, and
/// the watermark is raised to the time of the newest of these. The watermark covers all tokens that were issued at or before it.</para>
/// <para>Readers take no lock. Writers take a lock; a reader that has started with a replaced table finishes with it.</para>
/// </remarks>
internal sealed class RevocationLog
{
    private const int SmallestTable = 128;

    // The table may exceed the capacity by 1/16 before the oldest events are removed. Otherwise every new event would sort all events.
    private const int Slack = 16;

    private readonly Lock _gate = new();
    private readonly int _capacity;
    private readonly int _most;
    private readonly TimeSpan _sweepInterval;
    private readonly TimeProvider _time;
    private readonly Action<int, DateTimeOffset>? _merged;

    private RevocationTable _table;

    // Seconds since 1970; -1 for none, so that even a token without "iat" (0) is newer.
    private long _notBefore = -1;
    private long _watermark = -1;
    private long _floor = -1;
    private long _nextSweep;

    /// <param name="capacity">
    /// The minimum number of events that are kept individually. Up to 1/16 more are kept before the oldest are removed.
    /// </param>
    /// <param name="lifetime">The lifetime of events. Expired events are removed four times in this period.</param>
    /// <param name="time">The clock.</param>
    /// <param name="merged">Called with the number of events that were merged into the watermark, and with the watermark.</param>
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

    /// <summary>Gets the number of events that are kept individually. Expired ones count until they are removed.</summary>
    public int Count => Volatile.Read(ref _table).Count;

    /// <summary>Gets the watermark in seconds since 1970; -1 if there is none.</summary>
    public long Watermark => Volatile.Read(ref _watermark);

    /// <summary>Gets whether the log covers no token. Reads the table before the floor, as <see cref="Find"/> does.</summary>
    public bool IsEmpty => Volatile.Read(ref _table).Count == 0 && Volatile.Read(ref _floor) < 0;

    /// <summary>Finds the event that covers a token. Takes no lock and does not allocate.</summary>
    public RevocationMatch Find(in TokenMarks token)
    {
        // Read the table before the floor: events are removed from the table only after the floor covers them.
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
            : table.Covers(token.OnlineSessionsOfUser, issuedAt) ? RevocationMatch.User
            : table.Covers(token.SessionOfClient, issuedAt) ? RevocationMatch.ClientSession
            : RevocationMatch.None;
    }

    /// <summary>Adds an event. False if it changes nothing, because its tokens are already covered or have expired.</summary>
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
                    // It is as old as the events that were just merged, so the watermark covers it, too.
                    return true;
                }
            }

            _table.Add(key, until, expiresAt);
            return true;
        }
    }

    /// <summary>Raises the realm's not-before. False if it already was at or after this time: it never moves back.</summary>
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

    /// <summary>
    /// Raises the watermark, because another replica has merged revocations. False if it already was at or after this time.
    /// </summary>
    public bool RaiseWatermark(long until)
    {
        lock (_gate)
        {
            if (until <= Math.Max(0, _watermark))
            {
                return false;
            }

            Volatile.Write(ref _watermark, until);
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

        // Twice the number of events, so that the cost of growing is constant per event.
        var table = new RevocationTable(Math.Clamp(live.Length * 2, Math.Min(SmallestTable, _most), _most));
        foreach (var (key, until, expiresAt, _) in live)
        {
            table.Add(key, until, expiresAt);
        }

        Volatile.Write(ref _table, table);
    }

    private (ulong Key, long Until, long ExpiresAt, long AppliedAt)[] MergeOldest(
        (ulong Key, long Until, long ExpiresAt, long AppliedAt)[] live)
    {
        Array.Sort(live, static (one, other) => one.Until.CompareTo(other.Until));
        Volatile.Write(ref _watermark, live[live.Length - _capacity - 1].Until);
        Volatile.Write(ref _floor, Math.Max(_notBefore, _watermark));
        var kept = Array.FindAll(live, held => held.Until > _watermark);
        _merged?.Invoke(live.Length - kept.Length, DateTimeOffset.FromUnixTimeSeconds(_watermark));
        return kept;
    }
}
