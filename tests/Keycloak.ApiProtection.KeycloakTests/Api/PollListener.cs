using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Keycloak.ApiProtection.KeycloakTests.Api;

/// <summary>Waits for outcomes of the polls of stored events, as the metric reports them.</summary>
internal sealed class PollListener : IDisposable
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _outcomes = new();
    private readonly MeterListener _listener;

    public PollListener(IMeterFactory meters)
    {
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == meters && instrument.Name == "keycloak.stored_events.polls")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        _listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (tag.Key == "outcome")
                {
                    Of((string)tag.Value!).TrySetResult();
                }
            }
        });
        _listener.Start();
    }

    /// <summary>Completes when a poll has had this outcome.</summary>
    public Task Outcome(string outcome) => Of(outcome).Task;

    public void Dispose() => _listener.Dispose();

    private TaskCompletionSource Of(string outcome) =>
        _outcomes.GetOrAdd(outcome, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
