using Keycloak.ApiProtection.Realms;

namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>Reads the new events of one store, page by page.</summary>
/// <param name="stores">The stores.</param>
/// <param name="kind">The store.</param>
/// <param name="cursor">How far the store was read.</param>
/// <param name="time">The clock.</param>
internal sealed class EventReader(EventStores stores, EventStoreKind kind, EventCursor cursor, TimeProvider time)
{
    /// <summary>The number of events in a page.</summary>
    public const int PageSize = 500;

    // Keycloak accepts this number. It limits how many events may have the same time.
    private const int MostPerPage = 100_000;
    private const int MostPages = 1000;

    // The next page is smaller by this factor if a page is too large, and larger if all its events have the same time.
    private const int Step = 5;

    /// <summary>Reads the events that were not read before, and passes each to a function. Returns why it failed, or null.</summary>
    /// <param name="types">The types of events.</param>
    /// <param name="apply">Applies an event.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <remarks>A failure ends the poll. What was read until then counts, and the next poll continues there.</remarks>
    /// <exception cref="OperationCanceledException">The cancellation token was canceled.</exception>
    public async Task<RealmFailure?> ReadAsync(
        IReadOnlyList<string> types, Action<StoredEvent> apply, CancellationToken cancellationToken)
    {
        var (from, max) = (cursor.From, PageSize);
        for (var pages = 0; pages < MostPages; pages++)
        {
            var now = time.GetUtcNow();
            if (!(await stores.ReadAsync(kind, types, from, max, cancellationToken)).Succeeded(out var page, out var failure))
            {
                if (failure.Code != StoredEventsFailures.Size || max == 1)
                {
                    return failure;
                }

                max = Math.Max(1, max / Step);
                continue;
            }

            foreach (var stored in page.Events.Where(cursor.IsNew))
            {
                apply(stored);
            }

            var isFull = page.Count >= max;
            if (isFull && !page.IsAscending)
            {
                return StoredEventsFailures.Unordered(stores.Address);
            }

            var last = page.Events.Count > 0 ? page.Events.Max(stored => stored.Time) : from;
            cursor.MoveTo(last, now);
            if (!isFull)
            {
                return null;
            }

            // The next page begins with the last time, because further events may have the same time. If all have it, they do not fit.
            if (last > from)
            {
                from = last;
            }
            else if ((max *= Step) > MostPerPage)
            {
                break;
            }
        }

        return StoredEventsFailures.TooMany(stores.Address);
    }
}
