using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Keycloak.ApiProtection.Revocation;

/// <summary>Metrics of revocations, on the meter <c>Keycloak.ApiProtection</c>. The tag <c>scheme</c> names the scheme.</summary>
internal sealed class RevocationMetrics : IDisposable
{
    private readonly ConcurrentBag<KeycloakRevocations> _logs = [];
    private readonly Meter _meter;
    private readonly Counter<long> _applied;
    private readonly Counter<long> _merged;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _posts;

    public RevocationMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("Keycloak.ApiProtection");
        _applied = _meter.CreateCounter<long>(
            "keycloak.revocations", "{event}", "Revocations that changed something, by kind and source.");
        _merged = _meter.CreateCounter<long>(
            "keycloak.revocations.merged", "{event}", "Revocations that were merged into the watermark: Revocation.Capacity is too small.");
        _dropped = _meter.CreateCounter<long>(
            "keycloak.revocations.ended_sessions.dropped",
            "{session}",
            "Ended sessions that were removed before Revocation.EndedSessionLifetime had passed: Revocation.Capacity is too small.");
        _rejected = _meter.CreateCounter<long>(
            "keycloak.revocations.refusals", "{request}", "Requests that were rejected because their token was revoked, by kind of event.");
        _posts = _meter.CreateCounter<long>(
            "keycloak.endpoint.posts", "{request}", "Requests to the endpoints for Keycloak, by endpoint and outcome.");
        _meter.CreateObservableGauge("keycloak.revocations.held", Held, "{event}", "Revocations in the log.");
        _meter.CreateObservableGauge("keycloak.revocations.ended_sessions", Ended, "{session}", "Sessions that were ended for a client.");
        _meter.CreateObservableGauge(
            "keycloak.revocations.rechecks", Rechecks, "{change}", "Changes of single users' rights after which tokens are introspected.");
    }

    public void Open(KeycloakRevocations log) => _logs.Add(log);

    public void Applied(string scheme, KeycloakRevocation revocation) =>
        _applied.Add(
            1,
            new("scheme", scheme),
            new("kind", Lower(revocation.Kind.ToString())),
            new("source", Lower(revocation.Source.ToString())));

    public void Merged(string scheme, int events) => _merged.Add(events, new KeyValuePair<string, object?>("scheme", scheme));

    public void Dropped(string scheme, int sessions) => _dropped.Add(sessions, new KeyValuePair<string, object?>("scheme", scheme));

    public void Rejected(string scheme, RevocationMatch match)
    {
        if (_rejected.Enabled)
        {
            _rejected.Add(1, new("scheme", scheme), new("kind", Lower(match.ToString())));
        }
    }

    public void Posted(string endpoint, string outcome) => _posts.Add(1, new("endpoint", endpoint), new("outcome", outcome));

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<int>> Held() =>
        _logs.Select(log => new Measurement<int>(log.Count, new KeyValuePair<string, object?>("scheme", log.Scheme)));

    private IEnumerable<Measurement<int>> Ended() =>
        _logs.Select(log => new Measurement<int>(log.EndedSessions, new KeyValuePair<string, object?>("scheme", log.Scheme)));

    private IEnumerable<Measurement<int>> Rechecks() =>
        _logs.Select(log => new Measurement<int>(log.Rechecks, new KeyValuePair<string, object?>("scheme", log.Scheme)));

#pragma warning disable CA1308 // tag values of metrics are lower case
    private static string Lower(string name) => name.ToLowerInvariant();
#pragma warning restore CA1308
}
