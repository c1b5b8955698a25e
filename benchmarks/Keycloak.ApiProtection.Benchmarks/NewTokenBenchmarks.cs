using BenchmarkDotNet.Attributes;

namespace Keycloak.ApiProtection.Benchmarks;

/// <summary>
/// A new token, compared with the framework's signature check alone. Each call uses another token, so that the processor's branch
/// prediction cannot learn one.
/// </summary>
public class NewTokenBenchmarks
{
    private const int Distinct = 64;

    private ProtectedApi _forgetting = null!;
    private ProtectedApi _remembering = null!;
    private Func<bool> _raw = null!;
    private string[] _tokens = null!;
    private string[] _remembered = null!;
    private string[] _tampered = null!;
    private int _next;

    [Params("RS256", "PS256", "ES256")]
    public string Algorithm { get; set; } = null!;

    [Params(800, 1500, 4000)]
    public int Letters { get; set; }

    [GlobalSetup]
    public void Start()
    {
        _forgetting = ProtectedApi.Start(cacheSize: 0);
        _tokens = [.. Enumerable.Range(0, Distinct).Select(number => _forgetting.Token(Algorithm, Letters, number))];
        _tampered =
            [.. Enumerable.Range(0, Distinct).Select(number => _forgetting.Token(Algorithm, Letters, number, token => token.Tampered()))];
        _raw = _forgetting.RawCheck(_tokens);

        // The cache holds 8 tokens and 64 are used in turn, so each token has been evicted before it is used again.
        _remembering = ProtectedApi.Start(cacheSize: 8);
        _remembered = [.. Enumerable.Range(0, Distinct).Select(number => _remembering.Token(Algorithm, Letters, number))];
        for (var number = 0; number < Distinct; number++)
        {
            _forgetting.Expect(_tokens[number], accepted: true);
            _forgetting.Expect(_tampered[number], accepted: false);
            _remembering.Expect(_remembered[number], accepted: true);
            if (!_raw() || Math.Abs(_tokens[number].Length - Letters) > Letters / 10)
            {
                throw new InvalidOperationException(
                    $"The baseline does not accept the token, or the token has an unexpected length ({_tokens[number].Length}).");
            }
        }
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
    public bool NewToken() => _forgetting.Verifier.TryVerify(_tokens[_next++ % Distinct], out _);

    [Benchmark]
    public bool NewTokenThatIsRemembered() => _remembering.Verifier.TryVerify(_remembered[_next++ % Distinct], out _);

    [Benchmark]
    public bool BadSignature() => _forgetting.Verifier.TryVerify(_tampered[_next++ % Distinct], out _);
}
