using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Keycloak.ApiProtection.Revocation;

/// <summary>What can be seen of revocations on a dashboard, on the meter <c>Keycloak.ApiProtection</c>. Each carries the scheme.</summary>
internal sealed class RevocationMetrics : IDisposable
{
    private readonly ConcurrentBag<KeycloakRevocations> _logs = [];
    private readonly Meter _meter;
    private readonly Counter<long> _taken;
    private readonly Counter<long> _merged;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _posts;

    public RevocationMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("Keycloak.ApiProtection");
        _taken = _meter.CreateCounter<long>("keycloak.revocations", "{event}", "Revocations that changed something, by kind and source.");
        _merged = _meter.CreateCounter<long>("keycloak.revocations.merged", "{event}", "Revocations that had to give way to the watermark: RevocationCapacity is too small.");
        _dropped = _meter.CreateCounter<long>("keycloak.revocations.ended_sessions.dropped", "{session}", "Ended sessions that were let go before EndedSessionLifetime was over: RevocationCapacity is too small.");
        _refused = _meter.CreateCounter<long>("keycloak.revocations.refusals", "{request}", "Requests refused because their token was revoked, by kind of event.");
        _posts = _meter.CreateCounter<long>("keycloak.endpoint.posts", "{request}", "What was posted to the endpoints for Keycloak, by endpoint and outcome.");
        _meter.CreateObservableGauge("keycloak.revocations.held", Held, "{event}", "Revocations held.");
        _meter.CreateObservableGauge("keycloak.revocations.ended_sessions", Ended, "{session}", "Sessions held that ended for a client.");
    }

    public void Open(KeycloakRevocations log) => _logs.Add(log);

    public void Taken(string scheme, KeycloakRevocation revocation) =>
        _taken.Add(1, new("scheme", scheme), new("kind", Lower(revocation.Kind.ToString())), new("source", Lower(revocation.Source.ToString())));

    public void Merged(string scheme, int events) => _merged.Add(events, new KeyValuePair<string, object?>("scheme", scheme));

    public void Dropped(string scheme, int sessions) => _dropped.Add(sessions, new KeyValuePair<string, object?>("scheme", scheme));

    public void Rejected(string scheme, RevocationMatch match)
    {
        if (_refused.Enabled)
        {
            _refused.Add(1, new("scheme", scheme), new("kind", Lower(match.ToString())));
        }
    }

    public void Posted(string endpoint, string outcome) => _posts.Add(1, new("endpoint", endpoint), new("outcome", outcome));

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<int>> Held() => _logs.Select(log => new Measurement<int>(log.Count, new KeyValuePair<string, object?>("scheme", log.Scheme)));

    private IEnumerable<Measurement<int>> Ended() =>
        _logs.Select(log => new Measurement<int>(log.EndedSessions, new KeyValuePair<string, object?>("scheme", log.Scheme)));

#pragma warning disable CA1308 // names of a metric's tags are written small
    private static string Lower(string name) => name.ToLowerInvariant();
#pragma warning restore CA1308
}
