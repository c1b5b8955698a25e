using System.Globalization;
using System.Text;

namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>The results as Markdown.</summary>
internal static class GatewayTables
{
    public static string Of(GatewayResults results, Wording wording)
    {
        var text = new StringBuilder();
        text.Append(Format(
            wording.Machine,
            results.Machine,
            results.Keycloak,
            results.Nginx,
            results.At.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))).Append("\n\n");
        text.Append(Format(
            wording.Load,
            results.Settings.Connections,
            results.TokenLetters,
            results.FreshnessSeconds,
            results.Settings.Rounds,
            results.Settings.Seconds,
            results.Settings.WarmUp)).Append("\n\n");
        Load(text, results, wording);
        text.Append('\n').Append(Format(wording.Delay, results.FreshnessSeconds, results.Delays.Max(one => one.Round))).Append("\n\n");
        Delays(text, results, wording);
        text.Append('\n').Append(Format(wording.Ended, results.Ended[0].Sessions, results.FreshnessSeconds, SessionsEndedInUse.Callers))
            .Append("\n\n");
        Ended(text, results, wording);
        return text.ToString();
    }

    private static void Load(StringBuilder text, GatewayResults results, Wording wording)
    {
        Row(text, wording.LoadColumns);
        Row(text, wording.LoadColumns.Select((_, column) => column == 0 ? "---" : "---:"));
        var baseline = results.Measurements.Where(one => one.Way == Way.Introspected)
            .ToDictionary(one => one.Round, one => one.RequestsPerSecond);
        foreach (var way in Way.All)
        {
            var rounds = results.Measurements.Where(one => one.Way == way).ToArray();
            Row(text, [
                wording.Ways[way],
                Format("{0:N0}", Median(rounds.Select(one => one.RequestsPerSecond))),
                way == Way.Introspected ? "1" : Spread(rounds.Select(one => one.RequestsPerSecond / baseline[one.Round]), "0.0", wording),
                Format("{0:N0}", Median(rounds.Select(one => one.NginxCpu))),
                Format("{0:N0}", Median(rounds.Select(one => one.ApiCpu))),
                Format("{0:N0}", Median(rounds.Select(one => one.KeycloakCpu))),
                Format("{0:N0}", Median(rounds.Select(one => one.NginxCpu + one.ApiCpu + one.KeycloakCpu))),
                Format("{0:0.00}", Median(rounds.Select(one => one.P50))),
                Format("{0:0.00}", Median(rounds.Select(one => one.P99))),
            ]);
        }
    }

    private static void Delays(StringBuilder text, GatewayResults results, Wording wording)
    {
        Row(text, wording.DelayColumns);
        Row(text, ["---", "---:", "---:"]);
        foreach (var way in results.Delays[0].Rejected.Keys)
        {
            Row(text, [wording.Ways[way], .. Act.All.Select(act => Seconds(results, act, one => one.Rejected[way], wording))]);
        }

        Row(text, [wording.Answered, .. Act.All.Select(act => Seconds(results, act, one => one.Answered, wording))]);
    }

    private static void Ended(StringBuilder text, GatewayResults results, Wording wording)
    {
        Row(text, wording.EndedColumns);
        Row(text, wording.EndedColumns.Select((_, column) => column == 0 ? "---" : "---:"));
        foreach (var way in results.Ended.GroupBy(one => one.Way))
        {
            var cells = way.OrderBy(one => Act.All.IndexOf(one.Act))
                .SelectMany(one => new[] { Share(one, one.Accepted), Share(one, one.Refreshed) });
            Row(text, [wording.Ways[way.Key], .. cells]);
        }

        string Share(EndedSessions ended, int survivors) => Format(wording.Share, survivors, ended.Sessions);
    }

    private static string Seconds(GatewayResults results, string act, Func<RevocationDelay, double> value, Wording wording) =>
        Spread(results.Delays.Where(one => one.Act == act).Select(value), "0.00", wording);

    private static string Spread(IEnumerable<double> values, string format, Wording wording) =>
        Table.Spread(values, format).Replace(" to ", wording.To, StringComparison.Ordinal);

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private static void Row(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    private static string Format(string format, params object[] values) => string.Format(CultureInfo.InvariantCulture, format, values);
}
