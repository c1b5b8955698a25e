using Keycloak.ApiProtection.Claims.Marks;

namespace Keycloak.ApiProtection.Revocation;

/// <summary>
/// Changes of rights in Keycloak. A token that was issued at or before such a change is not rejected, but Keycloak must be asked about it
/// after the change was applied here.
/// </summary>
/// <remarks>
/// <para>A change has two times. <c>iat</c> is compared with Keycloak's time of the change, in seconds. An introspection response is
/// compared with the time when the change was applied, a timestamp of this process: only a response to a request that was sent later
/// counts. One response per token is sufficient for a change.</para>
/// <para>The number of changes is limited. If there are too many, they are merged into one change that concerns everyone: then more tokens
/// are introspected, never fewer.</para>
/// <para>Readers take no lock. Writers take a lock; a reader that has started with a replaced state finishes with it.</para>
/// </remarks>
/// <param name="capacity">The maximum number of changes that are kept individually.</param>
/// <param name="lifetime">How long a change is kept. Expired ones are removed four times in this period.</param>
/// <param name="time">The clock.</param>
/// <param name="merged">Called with the number of changes that were merged into one that concerns everyone.</param>
internal sealed class Rechecks(int capacity, TimeSpan lifetime, TimeProvider time, Action<int>? merged = null)
{
    private const int SmallestTable = 128;

    private readonly Lock _gate = new();

    // Null until there is a change, so that most requests read only this field.
    private State? _state;
    private long _nextSweep;

    /// <summary>Gets the number of changes that are kept individually. Expired ones count until they are removed.</summary>
    public int Count => Volatile.Read(ref _state)?.Table.Count ?? 0;

    /// <summary>Gets whether there is no change. Takes no lock.</summary>
    public bool IsEmpty => Volatile.Read(ref _state) is null;

    /// <summary>
    /// Returns whether Keycloak must be asked about a token, and the timestamp after which. Takes no lock and does not allocate.
    /// </summary>
    public bool Covers(in TokenMarks token, out long askedAfter)
    {
        askedAfter = long.MinValue;
        if (Volatile.Read(ref _state) is not { } state)
        {
            return false;
        }

        var issuedAt = token.IssuedAt;
        if (issuedAt <= state.EveryoneUntil)
        {
            askedAfter = state.EveryoneAppliedAt;
        }

        if (state.Table.TryFind(token.User, issuedAt, out var appliedAt))
        {
            askedAfter = Math.Max(askedAfter, appliedAt);
        }

        if (state.Table.TryFind(token.UserOfClient, issuedAt, out appliedAt))
        {
            askedAfter = Math.Max(askedAfter, appliedAt);
        }

        return askedAfter != long.MinValue;
    }

    /// <summary>Adds a change that concerns one user, or one client of a user.</summary>
    /// <param name="key">The key of the user, or of the user together with the client.</param>
    /// <param name="until">The time of the change in seconds since 1970.</param>
    public void Add(ulong key, long until)
    {
        lock (_gate)
        {
            // Read here, so that changes are applied in the order of their timestamps.
            var appliedAt = time.GetTimestamp();
            var now = time.GetUtcNow();
            var expiresAt = (now + lifetime).ToUnixTimeSeconds() + 1;
            var state = _state ?? State.Empty(Math.Min(SmallestTable, capacity));
            if (state.Table.TryRaise(key, until, expiresAt, out _, appliedAt))
            {
                return;
            }

            if (state.Table.Count >= state.Table.Limit || now.ToUnixTimeSeconds() >= _nextSweep)
            {
                state = MakeRoom(state, until, now.ToUnixTimeSeconds(), appliedAt);
            }

            if (state.EveryoneAppliedAt != appliedAt || state.EveryoneUntil < until)
            {
                state.Table.Add(key, until, expiresAt, appliedAt);
            }

            Volatile.Write(ref _state, state);
        }
    }

    /// <summary>Adds a change that concerns everyone.</summary>
    /// <param name="until">The time of the change in seconds since 1970.</param>
    public void AddEveryone(long until)
    {
        lock (_gate)
        {
            var state = _state ?? State.Empty(Math.Min(SmallestTable, capacity));
            Volatile.Write(ref _state, state with
            {
                EveryoneUntil = Math.Max(until, state.EveryoneUntil),
                EveryoneAppliedAt = time.GetTimestamp(),
            });
        }
    }

    private State MakeRoom(State full, long until, long now, long appliedAt)
    {
        _nextSweep = now + (long)(lifetime / 4).TotalSeconds;
        var live = full.Table.Events().Where(change => change.ExpiresAt > now).ToArray();
        if (live.Length >= capacity)
        {
            merged?.Invoke(live.Length + 1);
            return new State(
                new RevocationTable(Math.Min(SmallestTable, capacity)),
                Math.Max(Math.Max(until, full.EveryoneUntil), live.Max(change => change.Until)),
                appliedAt);
        }

        // Twice the number of changes, so that the cost of growing is constant per change.
        var table = new RevocationTable(Math.Clamp((live.Length + 1) * 2, Math.Min(SmallestTable, capacity), capacity));
        foreach (var (key, changedAt, expiresAt, applied) in live)
        {
            table.Add(key, changedAt, expiresAt, applied);
        }

        return full with { Table = table };
    }

    /// <summary>The changes that concern single users, and the last change that concerns everyone.</summary>
    private sealed record State(RevocationTable Table, long EveryoneUntil, long EveryoneAppliedAt)
    {
        public static State Empty(int limit) => new(new RevocationTable(limit), -1, long.MinValue);
    }
}
