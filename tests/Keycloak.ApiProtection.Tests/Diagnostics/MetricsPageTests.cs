using System.Diagnostics.Metrics;
using Keycloak.ApiProtection.Tests.Journal;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Tests.Diagnostics;

/// <summary>docs/metrics.md lists the instruments of a running application.</summary>
public sealed class MetricsPageTests
{
    [Fact]
    public async Task The_table_lists_exactly_the_instruments_with_kind_unit_and_description()
    {
        await using var realm = await DemoRealm.StartAsync();
        await using var app = await Replica.StartAsync(realm, new MemoryJournal(realm.Time));
        var factory = app.Services.GetRequiredService<IMeterFactory>();
        var found = new List<Instrument>();
        using var listener = new MeterListener
        {
            // Other applications in this test run have meters of the same name.
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == KeycloakBearerDefaults.MeterName && instrument.Meter.Scope == factory)
                {
                    found.Add(instrument);
                }
            },
        };
        listener.Start();

        DocumentedTable.Check(
            "docs/metrics.md",
            found.OrderBy(instrument => instrument.Name, StringComparer.Ordinal)
                .Select(instrument => $"| `{instrument.Name}` | {Kind(instrument)} | `{instrument.Unit}` | {instrument.Description} |")
                .Prepend("|---|---|---|---|")
                .Prepend("| instrument | kind | unit | what |"));
    }

    private static string Kind(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "Counter" or "ObservableCounter" => "counter",
        "UpDownCounter" or "ObservableUpDownCounter" => "up-down counter",
        "Gauge" or "ObservableGauge" => "gauge",
        "Histogram" => "histogram",
        var other => throw new NotSupportedException(other),
    };
}
