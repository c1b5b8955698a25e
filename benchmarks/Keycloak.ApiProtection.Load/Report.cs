using System.Globalization;
using System.Text;
using System.Text.Json;
using Keycloak.ApiProtection.Load.Replicas;

namespace Keycloak.ApiProtection.Load;

/// <summary>
/// Writes docs/performance.md and its plot from the files of the last runs. A part without a file stays as it is in the document.
/// </summary>
internal static class Report
{
    public static int Write(string folder, string docs)
    {
        var document = Path.Combine(docs, "performance.md");
        var former = PerformanceDocument.Read(document);
        var text = new StringBuilder();
        text.AppendLine("# Performance");
        text.AppendLine("""
            Written by `benchmarks/load/run.sh` from its own runs; do not edit. Compare the ratios; the times depend on the machine.
            """);
        text.AppendLine();
        Append(text, former, "Under load", part =>
        {
            if (Read<Results>(Path.Combine(folder, Comparison.LoadFile)) is { } results)
            {
                Load(part, results);
            }
        });
        Append(text, former, "Under load, with a proof for each request", part =>
        {
            if (Read<Results>(Path.Combine(folder, Comparison.ProofsFile)) is { } results)
            {
                Proofs(part, results);
            }
        });
        Append(text, former, "Cores and tokens", part =>
        {
            if (Read<ScalingPoint[]>(Path.Combine(folder, "scaling.json")) is { } points)
            {
                File.WriteAllText(Path.Combine(docs, "performance-scaling.svg"), ScalingPlot.Of(points));
                Scaling(part);
            }
        });
        Append(text, former, "A new token in concurrent requests", part =>
        {
            if (Read<TogetherPoint[]>(Path.Combine(folder, "together.json")) is { } together)
            {
                Together(part, together);
            }
        });
        Append(text, former, "Replicas that share a journal", part =>
        {
            if (Read<ReplicasResults>(Path.Combine(folder, "replicas.json")) is { } replicas)
            {
                ReplicasReport.Write(part, replicas);
            }
        });
        Append(text, former, "Single operations", part => Benchmarks(part, Path.Combine(folder, "BenchmarkDotNet.Artifacts", "results")));
        text.AppendLine("## What is not measured");
        text.AppendLine("""
            TLS, HTTP/2, request bodies, endpoints other than one that returns `hello`, and more cores than the machine above has. The
            load generator and the server share the cores, so the requests/s of all rows are lower than those of a server that has the
            machine for itself. The user's claims are not read: an application that reads them allocates their objects in each request.
            """);
        text.AppendLine();
        text.AppendLine("## Run it again");
        text.AppendLine("```sh");
        text.AppendLine("# Requires wrk (Debian, Ubuntu: apt-get install wrk)");
        text.AppendLine("benchmarks/load/run.sh                  # servers under load, the plot and this page: a few minutes");
        text.AppendLine("benchmarks/load/run.sh --only proofs    # only the part with a proof for each request: a minute");
        text.AppendLine("benchmarks/load/run.sh --only replicas  # only the part about replicas; requires PostgreSQL: two minutes");
        text.AppendLine("benchmarks/load/run.sh --benchmarks     # also the tables of BenchmarkDotNet: about ten minutes more");
        text.AppendLine("```");
        File.WriteAllText(document, text.ToString());
        return 0;
    }

    /// <summary>Appends a part. If there are no new results for it, its former text is kept.</summary>
    private static void Append(StringBuilder text, PerformanceDocument former, string heading, Action<StringBuilder> write)
    {
        var part = new StringBuilder();
        write(part);
        var content = part.Length > 0 ? part.ToString() : former.TextOf(heading);
        if (content is not null)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"## {heading}").Append(content);
        }
    }

    private static void Load(StringBuilder text, Results results)
    {
        var settings = results.Settings;
        text.AppendLine(CultureInfo.InvariantCulture, $"Machine: {results.Machine}. {results.At:yyyy-MM-dd}.");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            Kestrel on the loopback interface, `GET /hello`, {settings.Connections} connections of wrk, RS256 tokens of
            {results.TokenLetters:N0} characters. {settings.Rounds} rounds of {settings.Seconds} s for each row in turn, after one
            warm-up round. Each number is relative to the unprotected server in the same round: the median, with the minimum and the
            maximum in parentheses. The no-op handler accepts every request: it shows the framework's own part. If different tokens are
            sent on one connection, Kestrel allocates a new string for each header, with twice as many bytes as the token has
            characters, independently of the handler.
            """);
        text.AppendLine();
        text.Append(Table.Of(results));
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            With {results.LiveTokens:N0} live tokens in the cache, the server's heap grew by {results.BytesPerLiveToken:N0} bytes for each,
            including the cache's empty slots.
            """);
        text.AppendLine();
    }

    private static void Proofs(StringBuilder text, Results results)
    {
        string Compare(Func<Measurement, Measurement, double> compare, string format) =>
            Table.Compare(results, Scenario.Bound, Scenario.Unbound, compare, format);

        var settings = results.Settings;
        var time = Compare((bound, unbound) => bound.CpuPerRequest - unbound.CpuPerRequest, "0.0");
        var rate = Compare((bound, unbound) => bound.RequestsPerSecond / unbound.RequestsPerSecond, "0.00");
        text.AppendLine(CultureInfo.InvariantCulture, $"Machine: {results.Machine}. {results.At:yyyy-MM-dd}, in a run of its own.");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            As above, with {settings.Rounds} rounds of {settings.Seconds} s. The token of the last row is bound to a key (DPoP), and each
            request has another ES256 proof. The proofs are signed before each round. The server is the same for both protected rows. Its
            memory of used proofs is larger than by default, because one client sends all requests. Kestrel allocates a new string for each
            proof, with twice as many bytes as the proof has characters.
            """);
        text.AppendLine();
        text.Append(Table.Of(results));
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            Compared with the unbound token in the same round, a request with a proof takes {time} us more CPU, and the requests/s are
            {rate} times as many. How long .NET takes to verify one ES256 signature is in [Single operations](#single-operations):
            `RawVerifyData`.
            """);
        text.AppendLine();
    }

    private static void Scaling(StringBuilder text)
    {
        text.AppendLine("""
            Time of one cache hit, for growing numbers of cached tokens and of threads on one machine. Flat lines are the goal.
            """);
        text.AppendLine();
        text.AppendLine("![Time of a cache hit by cached tokens, for one thread and for two](performance-scaling.svg)");
        text.AppendLine();
    }

    private static void Together(StringBuilder text, TogetherPoint[] points)
    {
        text.AppendLine("""
            A request does not wait for the signature check of another request. If concurrent requests send a new token, it is
            checked by those that run at the same moment (as many as there are processors, and one more if a thread was
            interrupted during its check). All later requests find it in the cache. Waiting would cost time for every new token,
            to save these few checks.
            """);
        text.AppendLine();
        text.AppendLine("| Concurrent requests | Signature checks, average | Maximum |");
        text.AppendLine("|---:|---:|---:|");
        foreach (var point in points)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {point.Requests} | {point.Checks:0.00} | {point.Most} |");
        }

        text.AppendLine();
    }

    private static void Benchmarks(StringBuilder text, string folder)
    {
        var files = Directory.Exists(folder)
            ? Directory.GetFiles(folder, "*-report-github.md").Order(StringComparer.Ordinal).ToArray()
            : [];
        if (files.Length > 0)
        {
            text.AppendLine("""
                BenchmarkDotNet, in one process. `RawVerifyData` is the framework's signature check alone, measured in the same run.

                A DPoP proof is a signature that is verified for every request, so a request with a proof costs what a new token
                of the proof's algorithm costs, also if the token is cached (`DpopBenchmarks`). A client certificate is verified
                once, when the connection is made.
                """);
            text.AppendLine();
        }

        foreach (var file in files)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"### {Path.GetFileName(file).Split('.')[^2].Replace("-report-github", string.Empty, StringComparison.Ordinal)}");
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
