using BenchmarkDotNet.Attributes;

namespace Keycloak.ApiProtection.Benchmarks;

/// <summary>The same work with one thread and with two: time for each token. Two threads are twice as fast if they do not wait.</summary>
public class ThreadBenchmarks
{
    // Enough calls that the first milliseconds, in which new threads may share a processor, do not matter.
    private const int Hits = 2_000_000;
    private const int Signatures = 10_000;

    private ProtectedApi _remembering = null!;
    private ProtectedApi _forgetting = null!;
    private FilledTokens _million = null!;
    private string _token = null!;
    private string _newToken = null!;

    [Params(1, 2)]
    public int Threads { get; set; }

    /// <summary>Fills a cache directly with a million tokens. Each thread looks up many of them in its own order.</summary>
    [GlobalSetup(Target = nameof(RepeatedTokenAmongAMillion))]
    public void Fill()
    {
        Start();
        _remembering.Verifier.TryVerify(_token, out var verification);
        verification.IsAccepted(out var verified);
        _million = new FilledTokens(_token, verified!.Key, 1024 * 1024, mostAsked: 32 * 1024);
    }

    [GlobalSetup]
    public void Start()
    {
        _remembering = ProtectedApi.Start(16 * 1024);
        _token = _remembering.Token();
        _remembering.Expect(_token, accepted: true);
        _forgetting = ProtectedApi.Start(0);
        _newToken = _forgetting.Token();
        _forgetting.Expect(_newToken, accepted: true);
    }

    [GlobalCleanup]
    public void Stop()
    {
        _remembering.Dispose();
        _forgetting.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Hits)]
    public void RepeatedToken() => Share(Hits, () => _ => _remembering.Verifier.TryVerify(_token, out var _));

    [Benchmark(OperationsPerInvoke = Hits)]
    public void RepeatedTokenAmongAMillion() => Share(Hits, () =>
    {
        var request = _million.NewRequest();
        return time => _million.IsFound(request, _million.Asked[time % _million.Asked.Length]);
    });

    [Benchmark(OperationsPerInvoke = Signatures)]
    public void NewToken() => Share(Signatures, () => _ => _forgetting.Verifier.TryVerify(_newToken, out var _));

    private void Share(int operations, Func<Func<int, bool>> start)
    {
        var threads = Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            // Each thread starts at another token.
            var act = start();
            var first = number * (operations / Threads);
            for (var time = first; time < first + (operations / Threads); time++)
            {
                act(time);
            }
        })).ToArray();
        foreach (var thread in threads)
        {
            thread.Start();
        }

        foreach (var thread in threads)
        {
            thread.Join();
        }
    }
}
