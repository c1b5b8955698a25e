using System.Diagnostics;
using System.Text.Json;

namespace Keycloak.ApiProtection.Benchmarks;

/// <summary>
/// Measures the time of a cache hit with 1 to 1,000,000 tokens and with 1 and 2 threads, for the plot. Command:
/// <c>dotnet run -c Release -- scaling file.json</c>.
/// </summary>
/// <remarks>
/// The cache is filled directly, because signing a million tokens would take a quarter of an hour. Each point is the best of several
/// rounds.
/// </remarks>
internal static class ScalingRun
{
    private const int Rounds = 7;
    private const int HitsPerRound = 400_000;

    public static void Write(string file)
    {
        using var api = ProtectedApi.Start(cacheSize: 16);
        var token = api.Token();
        api.Expect(token, accepted: true);
        api.Verifier.TryVerify(token, out var verification);
        verification.IsAccepted(out var verified);
        var points = new List<object>();
        foreach (var count in new[] { 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000 })
        {
            var tokens = new FilledTokens(token, verified!.Key, count, mostAsked: 64 * 1024);
            foreach (var threads in new[] { 1, 2 })
            {
                var best = Enumerable.Range(0, Rounds).Min(_ => Round(tokens, threads));
                points.Add(new { tokens = count, threads, nanoseconds = Math.Round(best, 1) });
                Console.WriteLine($"{count} tokens, {threads} thread(s): {best:F1} ns per hit of a thread");
            }

            GC.Collect();
        }

        File.WriteAllText(file, JsonSerializer.Serialize(points));
    }

    private static double Round(FilledTokens tokens, int threads)
    {
        var watch = new double[threads];
        using var together = new Barrier(threads);
        var workers = Enumerable.Range(0, threads).Select(number => new Thread(() =>
        {
            var asked = tokens.Asked;
            var request = tokens.NewRequest();
            var next = number * asked.Length / threads;
            var missed = 0;
            together.SignalAndWait();
            var start = Stopwatch.GetTimestamp();
            for (var hit = 0; hit < HitsPerRound; hit++)
            {
                next = next + 1 == asked.Length ? 0 : next + 1;
                missed += tokens.IsFound(request, asked[next]) ? 0 : 1;
            }

            watch[number] = Stopwatch.GetElapsedTime(start).TotalNanoseconds / HitsPerRound;
            if (missed > 0)
            {
                throw new InvalidOperationException("A lookup missed the cache. Only hits are measured.");
            }
        })).ToArray();
        Array.ForEach(workers, worker => worker.Start());
        Array.ForEach(workers, worker => worker.Join());
        return watch.Average();
    }
}
