namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>How far the events of one store were read.</summary>
/// <remarks>
/// <para>An event becomes visible some time after its own time, and after events with a later time. So each poll begins before the newest
/// event that is known, and events that were read before are recognized by their ids. These are kept only as long as a poll can return
/// them.</para>
/// <para>The cursor never moves beyond the clock of this machine: an event of a node whose clock is far ahead must not hide the events of
/// the others. Not thread-safe: one poll runs at a time.</para>
/// </remarks>
/// <param name="overlap">How far each poll reads back before the newest event that is known.</param>
/// <param name="start">Where the first poll begins.</param>
/// <param name="capacity">
/// The maximum number of ids. If there are more, the oldest are forgotten, and their events have effect again.
/// </param>
internal sealed class EventCursor(TimeSpan overlap, DateTimeOffset start, int capacity = 100_000)
{
    private readonly Dictionary<string, long> _seen = new(StringComparer.Ordinal);
    private readonly long _start = start.ToUnixTimeMilliseconds();
    private long _newest;

    /// <summary>Gets where the next poll begins, in milliseconds since 1970.</summary>
    public long From => Math.Max(_start, _newest - (long)overlap.TotalMilliseconds);

    /// <summary>Gets the number of ids that are kept.</summary>
    public int Count => _seen.Count;

    /// <summary>Returns whether an event was not read before, and keeps its id.</summary>
    public bool IsNew(StoredEvent stored) => _seen.TryAdd(stored.Id, stored.Time);

    /// <summary>All events up to a time were read. Forgets the ids that no poll can return any more.</summary>
    /// <param name="time">The time of the newest event, in milliseconds since 1970.</param>
    /// <param name="now">The time of this machine.</param>
    public void MoveTo(long time, DateTimeOffset now)
    {
        var reached = Math.Min(time, now.ToUnixTimeMilliseconds());
        if (reached > _newest)
        {
            _newest = reached;
            Forget(From);
        }

        if (_seen.Count > capacity)
        {
            var times = _seen.Values.ToArray();
            Array.Sort(times);
            Forget(times[_seen.Count - (capacity / 2)]);
        }
    }

    private void Forget(long before)
    {
        foreach (var (id, time) in _seen)
        {
            if (time < before)
            {
                _seen.Remove(id);
            }
        }
    }
}
