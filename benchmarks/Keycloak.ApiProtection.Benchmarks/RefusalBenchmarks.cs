using BenchmarkDotNet.Attributes;
using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.Benchmarks;

/// <summary>Tokens of strangers: each kind of rejection, including the cache lookup before it.</summary>
public class RefusalBenchmarks
{
    private ProtectedApi _api = null!;
    private string _token = null!;
    private Func<bool> _raw = null!;

    [Params(
        "size",
        "form",
        "jose_header",
        "critical",
        "algorithm_none",
        "payload",
        "issuer",
        "kind_id",
        "bound_dpop",
        "expired",
        "audience",
        "key_missing",
        "key_unfit",
        "signature")]
    public string Code { get; set; } = null!;

    [GlobalSetup]
    public void Start()
    {
        _api = ProtectedApi.Start(cacheSize: 16 * 1024);
        var good = _api.Token();
        _api.Expect(good, accepted: true);
        _raw = _api.RawCheck(good);
        _token = Code switch
        {
            "size" => new string('A', 20_000),
            "form" => good + "=",
            "jose_header" => _api.Token(change: token => token.WithRawHeader("{\"alg\":1}")),
            "critical" => _api.Token(change: token => token.WithHeader("crit", "exp")),
            "payload" => _api.Token(change: token => token.WithClaim("nbf", "tomorrow")),
            "bound_dpop" => _api.Token(change: token => token.BoundToDPoP("x")),
            "key_unfit" => _api.Token(change: token => token.WithHeader("alg", "PS256")),
            "algorithm_none" => _api.Token(change: token => token.WithHeader("alg", "none")),
            "issuer" => _api.Token(change: token => token.WithIssuer("https://elsewhere.example.com/realms/demo")),
            "expired" => _api.Token(change: token => token.Expired()),
            "kind_id" => _api.Token(change: token => token.OfKind(TokenKind.Id)),
            "audience" => _api.Token(change: token => token.WithClaim("aud", "account")),
            "key_missing" => _api.Token(change: token => token.WithKeyId(null)),
            _ => _api.Token(change: token => token.Tampered()),
        };
        _api.Expect(_token, accepted: false);
        _api.Verifier.TryVerify(_token, out var verification);
        if (!verification.IsRejected(out var rejection) || rejection.Code != Code)
        {
            throw new InvalidOperationException($"The rejection code was {rejection?.Code}, expected {Code}.");
        }
    }

    [GlobalCleanup]
    public void Stop() => _api.Dispose();

    [Benchmark(Baseline = true)]
    public bool RawVerifyData() => _raw();

    [Benchmark]
    public bool Rejection() => _api.Verifier.TryVerify(_token, out _);
}
