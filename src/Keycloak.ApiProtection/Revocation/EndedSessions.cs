using Keycloak.ApiProtection.Claims.Marks;

namespace Keycloak.ApiProtection.Revocation;

/// <summary>Sessions that Keycloak ended for a client: the client's tokens of such a session are rejected, however young they are. Bounded.</summary>
/// <remarks>
/// <para>The log of revocations goes by <c>iat</c>. Keycloak 26 can send a logout token and lose the end of the session all the same
/// (keycloak/keycloak issue 51127): the session's refresh token then brings tokens that are younger than the logout.</para>
/// <para>These entries have no date that a token is compared with, so that they cannot become a part of the log's watermark. When there are
/// too many, the ones that end first go: the log still covers what was issued until the logout.</para>
/// <para>Reading takes no lock. Writers take turns; what they replace is read to the end by those who have begun with it.</para>
/// </remarks>
/// <param name="capacity">How many are kept at least; a sixteenth more may be there before the first go.</param>
/// <param name="lifetime">How long each is kept; zero keeps none.</param>
/// <param name="time">The clock.</param>
/// <param name="dropped">Told how many had to go before their time.</param>
internal sealed class EndedSessions(int capacity, TimeSpan lifetime, TimeProvider time, Action<int>? dropped = null)
{
    private const int SmallestTable = 128;

    // As in the log: else every new entry would sort all of them.
    private const int Slack = 16;

    private readonly Lock _gate = new();
    private readonly int _most = capacity + Math.Max(1, capacity / Slack);

    // Null until there is one: most applications of a realm never need the room. "Until" is the last second of an entry.
    private RevocationTable? _table;

    /// <summary>Gets how many are kept; ended ones count until there is need of room.</summary>
    public int Count => Volatile.Read(ref _table)?.Count ?? 0;

    /// <summary>Whether the token belongs to one. No lock, no allocation.</summary>
    public bool Covers(in TokenMarks token)
    {
        if (Volatile.Read(ref _table) is not { } table)
        {
            return false;
        }

        // The clock is asked only where the filter lets the key through.
        var key = token.SessionOfClient;
        return table.MayHold(key) && table.Covers(key, time.GetUtcNow().ToUnixTimeSeconds());
    }

    /// <summary>Adds one. False where that changes nothing.</summary>
    public bool Add(ulong key)
    {
        if (key == 0 || lifetime <= TimeSpan.Zero)
        {
            return false;
        }

        lock (_gate)
        {
            var now = time.GetUtcNow();
            var until = (now + lifetime).ToUnixTimeSeconds();
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
        var over = live.Length - capacity;
        if (over > 0)
        {
            Array.Sort(live, static (one, other) => one.Until.CompareTo(other.Until));
            live = live[over..];
            dropped?.Invoke(over);
        }

        var table = new RevocationTable(Math.Clamp(live.Length * 2, Math.Min(SmallestTable, _most), _most));
        foreach (var (key, until, expiresAt) in live)
        {
            table.Add(key, until, expiresAt);
        }

        return table;
    }
}
