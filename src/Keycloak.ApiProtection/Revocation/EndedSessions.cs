using Keycloak.ApiProtection.Claims.Marks;

namespace Keycloak.ApiProtection.Revocation;

/// <summary>
/// Sessions that were ended for a client. The client's tokens of such a session are rejected, even if they are issued later.
/// </summary>
/// <remarks>
/// <para>The revocation log compares <c>iat</c>. Keycloak 26 can send a logout token but lose the end of the session
/// (keycloak/keycloak issue 51127). The session's refresh token can then be used to get tokens that are newer than the logout.</para>
/// <para>These entries have no time that is compared with a token, so they cannot be merged into the log's watermark. Their number is
/// limited: if there are too many, those that expire first are removed. The log still covers the tokens that were issued until the
/// logout.</para>
/// <para>Readers take no lock. Writers take a lock; a reader that has started with a replaced table finishes with it.</para>
/// </remarks>
/// <param name="capacity">The minimum number of entries that are kept. Up to 1/16 more are kept before the first are removed.</param>
/// <param name="lifetime">How long each entry is kept; zero disables the list.</param>
/// <param name="time">The clock.</param>
/// <param name="dropped">Called with the number of entries that were removed before they expired.</param>
internal sealed class EndedSessions(int capacity, TimeSpan lifetime, TimeProvider time, Action<int>? dropped = null)
{
    private const int SmallestTable = 128;

    // As in the log: otherwise every new entry would sort all entries.
    private const int Slack = 16;

    private readonly Lock _gate = new();
    private readonly int _most = capacity + Math.Max(1, capacity / Slack);

    // Null until there is an entry, because most applications never have one. "Until" is the last second of an entry.
    private RevocationTable? _table;

    /// <summary>Gets the number of entries. Expired ones count until the table is full.</summary>
    public int Count => Volatile.Read(ref _table)?.Count ?? 0;

    /// <summary>Returns whether a token is covered. Takes no lock and does not allocate.</summary>
    public bool Covers(in TokenMarks token)
    {
        if (Volatile.Read(ref _table) is not { } table)
        {
            return false;
        }

        // The clock is read only if the table may contain the key.
        var key = token.SessionOfClient;
        return table.MayHold(key) && table.Covers(key, time.GetUtcNow().ToUnixTimeSeconds());
    }

    /// <summary>Adds an entry. False if it changes nothing.</summary>
    /// <param name="key">The session and client.</param>
    /// <param name="atMost">How long it is kept at most, for an entry that another replica has added earlier.</param>
    public bool Add(ulong key, TimeSpan atMost)
    {
        if (key == 0 || lifetime <= TimeSpan.Zero || atMost <= TimeSpan.Zero)
        {
            return false;
        }

        lock (_gate)
        {
            var now = time.GetUtcNow();
            var until = (now + (atMost < lifetime ? atMost : lifetime)).ToUnixTimeSeconds();
            var table = _table ?? new RevocationTable(Math.Min(SmallestTable, _most));
            if (table.TryRaise(key, until, until, out var raised))
            {
                return raised;
            }

            if (table.Count >= table.Limit)
            {
                table = MakeRoom(table, now.ToUnixTimeSeconds());
            }

            table.Add(key, until, until);
            Volatile.Write(ref _table, table);
            return true;
        }
    }

    private RevocationTable MakeRoom(RevocationTable full, long now)
    {
        var live = full.Events().Where(entry => entry.Until >= now).ToArray();
        var excess = live.Length - capacity;
        if (excess > 0)
        {
            Array.Sort(live, static (one, other) => one.Until.CompareTo(other.Until));
            live = live[excess..];
            dropped?.Invoke(excess);
        }

        var table = new RevocationTable(Math.Clamp(live.Length * 2, Math.Min(SmallestTable, _most), _most));
        foreach (var (key, until, expiresAt, _) in live)
        {
            table.Add(key, until, expiresAt);
        }

        return table;
    }
}
