using System.Diagnostics.Metrics;

namespace Keycloak.ApiProtection.Journal;

/// <summary>Metrics of the journal, on the meter <c>Keycloak.ApiProtection</c>.</summary>
internal sealed class JournalMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _appended;
    private readonly Counter<long> _received;
    private readonly Counter<long> _skipped;
    private readonly Counter<long> _merged;
    private readonly Counter<long> _failures;

    public JournalMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("Keycloak.ApiProtection");
        _appended = _meter.CreateCounter<long>(
            "keycloak.journal.appended", "{entry}", "Revocations of this process that became durable in the journal.");
        _received = _meter.CreateCounter<long>(
            "keycloak.journal.received", "{entry}", "Entries read from the journal, of this process and of others.");
        _skipped = _meter.CreateCounter<long>(
            "keycloak.journal.skipped", "{entry}", "Entries that were skipped because they are malformed or of a later version.");
        _merged = _meter.CreateCounter<long>(
            "keycloak.journal.merged", "{entry}", "Revocations that were merged because the journal did not accept them for too long.");
        _failures = _meter.CreateCounter<long>("keycloak.journal.failures", "{operation}", "Reads and appends that failed, by operation.");
    }

    public void Observe(Func<int> waiting, Func<double> age)
    {
        _meter.CreateObservableGauge("keycloak.journal.waiting", waiting, "{entry}", "Revocations that are not durable yet.");
        _meter.CreateObservableGauge(
            "keycloak.journal.age", age, "s", "The time since the journal was read completely; -1 before the first read.");
    }

    public void Appended(int count) => _appended.Add(count);

    public void Received(int count) => _received.Add(count);

    public void Skipped(bool isLater) =>
        _skipped.Add(1, new KeyValuePair<string, object?>("reason", isLater ? "later_version" : "malformed"));

    public void Merged(int count) => _merged.Add(count);

    public void Failed(string operation) => _failures.Add(1, new KeyValuePair<string, object?>("operation", operation));

    public void Dispose() => _meter.Dispose();
}
