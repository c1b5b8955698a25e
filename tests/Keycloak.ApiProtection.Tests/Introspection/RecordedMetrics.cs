using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Introspection;

/// <summary>The introspection metrics of one application, without those of other applications in the test run.</summary>
internal sealed class RecordedMetrics : IDisposable
{
    private const string Prefix = "keycloak.introspection.";

    private readonly ConcurrentQueue<(string Instrument, double Value, Dictionary<string, object?> Tags)> _measured = new();
    private readonly MeterListener _listener = new();

    public RecordedMetrics(IServiceProvider services)
    {
        var factory = services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Keycloak.ApiProtection"
                && instrument.Meter.Scope == factory
                && instrument.Name.StartsWith(Prefix, StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The values of an instrument, in order. If a tag is given, only the values with that tag.</summary>
    public double[] Of(string instrument, string? tag = null, string? value = null) =>
    [
        .. _measured
            .Where(one => one.Instrument == Prefix + instrument
                && (tag is null || (string?)one.Tags.GetValueOrDefault(tag) == value))
            .Select(one => one.Value),
    ];

    /// <summary>All values of a tag of an instrument, in order.</summary>
    public string[] Tags(string instrument, string tag) =>
        [.. _measured.Where(one => one.Instrument == Prefix + instrument).Select(one => (string?)one.Tags.GetValueOrDefault(tag) ?? "")];

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _measured.Enqueue((instrument.Name, value, new Dictionary<string, object?>(tags.ToArray())));
}
