using BenchmarkDotNet.Attributes;

namespace Keycloak.ApiProtection.Benchmarks;

/// <summary>The same work by one thread and by two: time for each token. Two are twice as fast where nothing is waited for.</summary>
public class ThreadBenchmarks
{
    private const int Hits = 400_000;
    private const int Signatures = 4_000;

    private ProtectedApi _remembering = null!;
    private ProtectedApi _forgetting = null!;
    private string _token = null!;
    private string _newToken = null!;

    [Params(1, 2)]
    public int Threads { get; set; }

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
    public void RepeatedToken() => Share(Hits, () => _remembering.Verifier.TryVerify(_token, out _));

    [Benchmark(OperationsPerInvoke = Signatures)]
    public void NewToken() => Share(Signatures, () => _forgetting.Verifier.TryVerify(_newToken, out _));

    private void Share(int operations, Func<bool> act)
    {
        var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            for (var time = 0; time < operations / Threads; time++)
            {
                act();
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
