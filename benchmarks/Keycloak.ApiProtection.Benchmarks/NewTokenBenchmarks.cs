using BenchmarkDotNet.Attributes;

namespace Keycloak.ApiProtection.Benchmarks;

/// <summary>A token that nobody has seen before, beside the framework's signature check alone.</summary>
public class NewTokenBenchmarks
{
    private const int Distinct = 64;

    private ProtectedApi _forgetting = null!;
    private ProtectedApi _remembering = null!;
    private Func<bool> _raw = null!;
    private string _token = null!;
    private string[] _tokens = null!;
    private int _next;

    [Params("RS256", "PS256", "ES256")]
    public string Algorithm { get; set; } = null!;

    [Params(800, 1500, 4000)]
    public int Letters { get; set; }

    [GlobalSetup]
    public void Start()
    {
        _forgetting = ProtectedApi.Start(cacheSize: 0);
        _token = _forgetting.Token(Algorithm, Letters);
        _forgetting.Expect(_token, accepted: true);
        _raw = _forgetting.RawCheck(_token);
        if (!_raw())
        {
            throw new InvalidOperationException("The baseline does not accept the token.");
        }

        // Room for eight, and 64 in turn: each is new again when its turn comes.
        _remembering = ProtectedApi.Start(cacheSize: 8);
        _tokens = [.. Enumerable.Range(0, Distinct).Select(number => _remembering.Token(Algorithm, Letters, number))];
        _remembering.Expect(_tokens[0], accepted: true);
    }

    [GlobalCleanup]
    public void Stop()
    {
        _forgetting.Dispose();
        _remembering.Dispose();
    }

    [Benchmark(Baseline = true)]
    public bool RawVerifyData() => _raw();

    [Benchmark]
    public bool NewToken() => _forgetting.Verifier.TryVerify(_token, out _);

    [Benchmark]
    public bool NewTokenThatIsRemembered() => _remembering.Verifier.TryVerify(_tokens[_next++ % Distinct], out _);
}
