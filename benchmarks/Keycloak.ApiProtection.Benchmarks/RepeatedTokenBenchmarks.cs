using BenchmarkDotNet.Attributes;

namespace Keycloak.ApiProtection.Benchmarks;

/// <summary>A token that was verified before, among few and many, and what else a request's memory of it could have been.</summary>
/// <remarks>
/// The cache is filled directly: a million signatures would take a quarter of an hour. Of the many, 32,768 are asked for in a random order: more than any
/// processor's cache holds of them.
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

    /// <summary>Fills the cache, which takes half a minute for a million: only where it is asked.</summary>
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

    /// <summary>The cache alone, and some letters that make a request's token another one.</summary>
    [Benchmark(Baseline = true)]
    public bool Hit()
    {
        _next = _next + 1 == _tokens.Asked.Length ? 0 : _next + 1;
        return _tokens.IsFound(_request, _tokens.Asked[_next]);
    }

    /// <summary>The verifier with one token, again and again.</summary>
    [Benchmark]
    public bool VerifierHot() => _api.Verifier.TryVerify(_token, out _);

    /// <summary>What the clock alone costs: a hit asks it once.</summary>
    [Benchmark]
    public DateTimeOffset ClockAlone() => TimeProvider.System.GetUtcNow();
}
