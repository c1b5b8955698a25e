using System.Globalization;
using System.Text;

namespace Keycloak.ApiProtection.Load;

/// <summary>
/// The comparison as a Markdown table. Each number is relative to the unprotected server in the same round: the median, and the minimum and
/// the maximum.
/// </summary>
internal static class Table
{
    public static string Of(Results results)
    {
        var text = new StringBuilder();
        text.AppendLine("| | Requests/s | CPU per request | Additional CPU | Additional allocation | p50 | p99 |");
        text.AppendLine("|---|---|---|---|---|---|---|");
        var baseline = results.Measurements.Where(one => one.Scenario == Scenario.Baseline).ToDictionary(one => one.Round);
        foreach (var scenario in results.Measurements.Select(one => one.Scenario).Distinct())
        {
            var rounds = results.Measurements.Where(one => one.Scenario == scenario)
                .Select(one => (One: one, Base: baseline[one.Round])).ToArray();
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {scenario} "
                + $"| {Spread(rounds.Select(round => round.One.RequestsPerSecond / round.Base.RequestsPerSecond), "0.00")} "
                + $"| {Spread(rounds.Select(round => round.One.CpuPerRequest / round.Base.CpuPerRequest), "0.00")} "
                + $"| {Spread(rounds.Select(round => round.One.CpuPerRequest - round.Base.CpuPerRequest), "0.0")} us "
                + $"| {Spread(rounds.Select(round => round.One.AllocatedPerRequest - round.Base.AllocatedPerRequest), "0")} B "
                + $"| {Spread(rounds.Select(round => round.One.P50 / round.Base.P50), "0.00")} "
                + $"| {Spread(rounds.Select(round => round.One.P99 / round.Base.P99), "0.00")} |");
        }

        return text.ToString();
    }

    /// <summary>Compares one scenario with another one in the same round: the median, and the minimum and the maximum.</summary>
    public static string Compare(
        Results results, string scenario, string other, Func<Measurement, Measurement, double> compare, string format)
    {
        var others = results.Measurements.Where(one => one.Scenario == other).ToDictionary(one => one.Round);
        return Spread(
            results.Measurements.Where(one => one.Scenario == scenario).Select(one => compare(one, others[one.Round])), format);
    }

    public static string Spread(IEnumerable<double> values, string format)
    {
        var sorted = values.Order().ToArray();
        string Text(double value) => value.ToString(format, CultureInfo.InvariantCulture);
        return $"{Text(sorted[sorted.Length / 2])} ({Text(sorted[0])} to {Text(sorted[^1])})";
    }
}
