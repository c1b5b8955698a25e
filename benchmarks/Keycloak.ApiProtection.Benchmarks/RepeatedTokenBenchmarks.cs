using BenchmarkDotNet.Attributes;

namespace Keycloak.ApiProtection.Benchmarks;

/// <summary>A token that was verified before, in caches with few and with many tokens.</summary>
/// <remarks>
/// The cache is filled directly, because signing a million tokens would take a quarter of an hour. 32,768 of the tokens are looked up in
/// random order: more than the cache of any processor holds.
/// </remarks>
public class RepeatedTokenBenchmarks
{
    private const int MostAsked = 32 * 1024;

    private FilledTokens _tokens = null!;
    private char[] _request = null!;
    private ProtectedApi _api = null!;
    private string _token = null!;
    private int _next;

    [Params(16, 16 * 1024, 1024 * 1024)]
    public int Tokens { get; set; }

    /// <summary>Fills the cache. Used only where it is needed, because a million tokens take half a minute.</summary>
    [GlobalSetup(Target = nameof(Hit))]
    public void Fill()
    {
        Start();
        _api.Verifier.TryVerify(_token, out var verification);
        verification.IsAccepted(out var verified);
        _tokens = new FilledTokens(_token, verified!.Key, Tokens, MostAsked);
        _request = _tokens.NewRequest();
    }

    [GlobalSetup(Targets = [nameof(VerifierHot), nameof(ClockAlone)])]
    public void Start()
    {
        _api = ProtectedApi.Start(cacheSize: 16);
        _token = _api.Token();
        _api.Expect(_token, accepted: true);
    }

    [GlobalCleanup]
    public void Stop() => _api.Dispose();

    /// <summary>The cache lookup alone, and the change of some characters that makes each token distinct.</summary>
    [Benchmark(Baseline = true)]
    public bool Hit()
    {
        _next = _next + 1 == _tokens.Asked.Length ? 0 : _next + 1;
        return _tokens.IsFound(_request, _tokens.Asked[_next]);
    }

    /// <summary>The verifier with one repeated token.</summary>
    [Benchmark]
    public bool VerifierHot() => _api.Verifier.TryVerify(_token, out _);

    /// <summary>The time of the clock alone. A cache hit reads it once.</summary>
    [Benchmark]
    public DateTimeOffset ClockAlone() => TimeProvider.System.GetUtcNow();
}
