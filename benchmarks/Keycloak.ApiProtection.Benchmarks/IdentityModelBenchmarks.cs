#if IDENTITY_MODEL
using System.Security.Claims;
using BenchmarkDotNet.Attributes;
using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Realms.Keys;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Keycloak.ApiProtection.Benchmarks;

/// <summary>
/// The same token with the library that most ASP.NET Core applications use, up to the identity, which is what JwtBearer takes from it.
/// </summary>
public class IdentityModelBenchmarks
{
    private ProtectedApi _api = null!;
    private Func<bool> _raw = null!;
    private string _token = null!;
    private string _expired = null!;
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
        _expired = _api.Token(Algorithm, change: token => token.Expired());
        _api.Expect(_expired, accepted: false);
        _raw = _api.RawCheck(_token);
        _handler = new JsonWebTokenHandler { MapInboundClaims = false };
        _parameters = new TokenValidationParameters
        {
            ValidIssuer = _api.Issuer,
            ValidAudience = "orders-api",
            IssuerSigningKeys = new Microsoft.IdentityModel.Tokens.JsonWebKeySet(_api.KeySet()).GetSigningKeys(),
        };
        if (NewToken() is null || JsonWebTokenHandler().Result is null)
        {
            throw new InvalidOperationException("The token was not accepted.");
        }

        if (ExpiredToken() || JsonWebTokenHandlerExpired().Result)
        {
            throw new InvalidOperationException("An expired token was accepted.");
        }
    }

    [GlobalCleanup]
    public void Stop() => _api.Dispose();

    [Benchmark(Baseline = true)]
    public bool RawVerifyData() => _raw();

    [Benchmark]
    public ClaimsIdentity? NewToken() =>
        _api.Verifier.TryVerify(_token, out var verification) && verification.IsAccepted(out var token)
            ? new KeycloakIdentity(token.Claims, "Bearer")
            : null;

    [Benchmark]
    public async Task<ClaimsIdentity?> JsonWebTokenHandler() =>
        await _handler.ValidateTokenAsync(_token, _parameters) is { IsValid: true } result ? result.ClaimsIdentity : null;

    [Benchmark]
    public bool ExpiredToken() => _api.Verifier.TryVerify(_expired, out var verification) && verification.IsAccepted(out _);

    [Benchmark]
    public async Task<bool> JsonWebTokenHandlerExpired() => (await _handler.ValidateTokenAsync(_expired, _parameters)).IsValid;
}
#endif
