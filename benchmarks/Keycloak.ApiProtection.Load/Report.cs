using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Keycloak.ApiProtection.Load;

/// <summary>Writes docs/performance.md and its plot from the files of the last runs. Whatever was not run is left out, and said to be.</summary>
internal static class Report
{
    public static int Write(string folder, string docs)
    {
        var text = new StringBuilder();
        text.AppendLine("# Performance");
        text.AppendLine("Written by `benchmarks/load/run.sh` from its own runs; do not edit. Ratios count, times belong to the machine.");
        text.AppendLine();
        if (Read<Results>(Path.Combine(folder, "load.json")) is { } results)
        {
            Load(text, results);
        }

        if (Read<ScalingPoint[]>(Path.Combine(folder, "scaling.json")) is { } points)
        {
            File.WriteAllText(Path.Combine(docs, "performance-scaling.svg"), ScalingPlot.Of(points));
            text.AppendLine("## Cores and tokens");
            text.AppendLine("Time of one cache hit, as the number of remembered tokens and of threads grows (threads of one machine; flat lines are what is wanted).");
            text.AppendLine();
            text.AppendLine("![Time of a cache hit by remembered tokens, for one thread and for two](performance-scaling.svg)");
            text.AppendLine();
        }

        if (Read<TogetherPoint[]>(Path.Combine(folder, "together.json")) is { } together)
        {
            text.AppendLine("## A new token in many requests at once");
            text.AppendLine("Nobody waits for another one's signature check: a new token that many requests bring at the same moment is checked by those that run at that moment (as many as there are processors, and one more where");
            text.AppendLine("a thread was interrupted in its check), and found by all that follow. Waiting would make every new token pay for these few.");
            text.AppendLine();
            text.AppendLine("| requests at once | signature checks, on average | at most |");
            text.AppendLine("|---:|---:|---:|");
            foreach (var point in together)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"| {point.Requests} | {point.Checks:0.00} | {point.Most} |");
            }

            text.AppendLine();
        }

        Benchmarks(text, Path.Combine(folder, "BenchmarkDotNet.Artifacts", "results"));
        text.AppendLine("## What is not measured");
        text.AppendLine("TLS, HTTP/2, request bodies, other endpoints than one that answers `hello`; more cores than the machine above has; load generator and server share its cores, so that requests/s");
        text.AppendLine("understate a server that has the machine for itself, in all rows alike. The user's claims are not read: an application that reads them pays for their objects, in each request.");
        text.AppendLine();
        text.AppendLine("## Again");
        text.AppendLine("```sh");
        text.AppendLine("benchmarks/load/run.sh                # servers under load, the plot, this page: some minutes; needs wrk (Debian, Ubuntu: apt-get install wrk)");
        text.AppendLine("benchmarks/load/run.sh --benchmarks   # the tables of BenchmarkDotNet too: some ten minutes more");
        text.AppendLine("```");
        File.WriteAllText(Path.Combine(docs, "performance.md"), text.ToString());
        return 0;
    }

    private static void Load(StringBuilder text, Results results)
    {
        var settings = results.Settings;
        text.AppendLine(CultureInfo.InvariantCulture, $"Machine: {results.Machine}. {results.At:yyyy-MM-dd}.");
        text.AppendLine();
        text.AppendLine("## Under load");
        text.AppendLine(CultureInfo.InvariantCulture,
            $"Kestrel on the loopback interface, `GET /hello`, {settings.Connections} connections of wrk; RS256 tokens of {results.TokenLetters:N0} letters. {settings.Rounds} rounds of {settings.Seconds} s for each row in turn, after one to warm up. Each number is over that of the unprotected server");
        text.AppendLine("in the same round: the median, and in brackets the least and the most. \"No-op handler\" lets everybody in: the framework's own part. Where tokens take turns on a connection, Kestrel makes a new");
        text.AppendLine("string of each header, twice as many bytes as the token has letters, whoever reads it.");
        text.AppendLine();
        text.Append(Table.Of(results));
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture,
            $"With {results.LiveTokens:N0} live tokens remembered, the server's heap has grown by {results.BytesPerLiveToken:N0} bytes for each, the cache's empty places included.");
        text.AppendLine();
    }

    private static void Benchmarks(StringBuilder text, string folder)
    {
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*-report-github.md").Order(StringComparer.Ordinal).ToArray() : [];
        if (files.Length > 0)
        {
            text.AppendLine("## Row by row");
            text.AppendLine("BenchmarkDotNet, in one process. `RawVerifyData` is the framework's signature check alone, in the same run.");
            text.AppendLine();
        }

        foreach (var file in files)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"### {Path.GetFileName(file).Split('.')[^2].Replace("-report-github", string.Empty, StringComparison.Ordinal)}");
            foreach (var line in File.ReadLines(file).Where(line => line.StartsWith('|')))
            {
                text.AppendLine(line);
            }

            text.AppendLine();
        }
    }

    private static T? Read<T>(string file)
        where T : class => File.Exists(file) ? JsonSerializer.Deserialize<T>(File.ReadAllText(file), JsonSerializerOptions.Web) : null;
}
