using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>The metrics of stored events: meter <c>Keycloak.ApiProtection</c>. Each instrument has the tag <c>scheme</c>.</summary>
internal sealed class StoredEventsMetrics
{
    private readonly ConcurrentBag<StoredEventsFeed> _feeds = [];
    private readonly Counter<long> _polls;
    private readonly Counter<long> _events;

    public StoredEventsMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Keycloak.ApiProtection");
        _polls = meter.CreateCounter<long>(
            "keycloak.stored_events.polls", "{poll}", "Polls of Keycloak's stored events, by outcome: ok, or the cause of the failure.");
        _events = meter.CreateCounter<long>("keycloak.stored_events", "{event}", "Stored events that were read, by type and outcome.");
        meter.CreateObservableGauge(
            "keycloak.stored_events.silence", Silence, "s", "Time since the last successful poll of Keycloak's stored events.");
    }

    public void Open(StoredEventsFeed feed) => _feeds.Add(feed);

    public void Polled(string scheme, string outcome) => _polls.Add(1, new("scheme", scheme), new("outcome", outcome));

    public void Read(string scheme, string type, string outcome) =>
        _events.Add(1, new("scheme", scheme), new("type", type), new("outcome", outcome));

    private IEnumerable<Measurement<double>> Silence() =>
        from feed in _feeds
        where feed.State.IsMyTurn
        select new Measurement<double>(feed.Silence.TotalSeconds, new KeyValuePair<string, object?>("scheme", feed.Scheme));
}
