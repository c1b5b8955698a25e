#if IDENTITY_MODEL
using BenchmarkDotNet.Attributes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Keycloak.ApiProtection.Benchmarks;

/// <summary>The same token in the library that most ASP.NET Core applications use, with its claims, as JwtBearer reads them.</summary>
public class IdentityModelBenchmarks
{
    private ProtectedApi _api = null!;
    private Func<bool> _raw = null!;
    private string _token = null!;
    private JsonWebTokenHandler _handler = null!;
    private TokenValidationParameters _parameters = null!;

    [Params("RS256", "PS256", "ES256")]
    public string Algorithm { get; set; } = null!;

    [GlobalSetup]
    public void Start()
    {
        _api = ProtectedApi.Start(cacheSize: 0);
        _token = _api.Token(Algorithm);
        _api.Expect(_token, accepted: true);
        _raw = _api.RawCheck(_token);
        _handler = new JsonWebTokenHandler { MapInboundClaims = false };
        _parameters = new TokenValidationParameters
        {
            ValidIssuer = _api.Issuer,
            ValidAudience = "orders-api",
            IssuerSigningKeys = new JsonWebKeySet(_api.KeySet()).GetSigningKeys(),
        };
        if (!JsonWebTokenHandler().Result.IsValid)
        {
            throw new InvalidOperationException("The token is not accepted.", JsonWebTokenHandler().Result.Exception);
        }
    }

    [GlobalCleanup]
    public void Stop() => _api.Dispose();

    [Benchmark(Baseline = true)]
    public bool RawVerifyData() => _raw();

    [Benchmark]
    public bool NewToken() => _api.Verifier.TryVerify(_token, out _);

    [Benchmark]
    public Task<TokenValidationResult> JsonWebTokenHandler() => _handler.ValidateTokenAsync(_token, _parameters);
}
#endif
