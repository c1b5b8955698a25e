using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BenchmarkDotNet.Attributes;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.ProofOfPossession.Dpop;
using Keycloak.ApiProtection.ProofOfPossession.Dpop.Proofs;
using Keycloak.ApiProtection.ProofOfPossession.Dpop.Urls;
using Keycloak.ApiProtection.Realms.Keys;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keycloak.ApiProtection.Benchmarks;

/// <summary>
/// A DPoP proof of a client whose key is cached, compared with the framework's signature check alone. Each call has another proof.
/// </summary>
public class DpopBenchmarks
{
    private const int Distinct = 16_384;

    private static readonly DpopTarget Target = new("https", "api.example.com", "/orders", "", "/orders");

    private string _token = null!;
    private ProvenToken _sent;
    private ProvenToken _remembered;
    private string[] _proofs = null!;
    private byte[][] _inputs = null!;
    private byte[][] _signatures = null!;
    private string _thumbprint = null!;
    private string _otherThumbprint = null!;
    private SigningAlgorithm _algorithm = null!;
    private ECDsa? _ecdsa;
    private RSA? _rsa;
    private DpopProofValidator _validator = null!;
    private int _next;
    private int _nextRaw;

    [Params("ES256", "RS256")]
    public string Algorithm { get; set; } = null!;

    [GlobalSetup]
    public void Start()
    {
        SigningAlgorithm.TryGet(Algorithm, out var algorithm);
        _algorithm = algorithm!;
        var jwk = CreateKey();
        _thumbprint = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(jwk)));
        _otherThumbprint = Base64Url.EncodeToString(SHA256.HashData([1]));
        var payload = $$"""{"iat":1,"exp":2,"cnf":{"jkt":"{{_thumbprint}}"},"note":"{{new string('x', 960)}}"}""";
        _token = $"eyJhbGciOiJSUzI1NiJ9.{Encode(payload)}.c2lnbmF0dXJl";
        _sent = new ProvenToken(_token.AsMemory());
        _remembered = _sent with { Verified = Remember(payload) };
        _proofs = new string[Distinct];
        _inputs = new byte[Distinct][];
        _signatures = new byte[Distinct][];
        var hash = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(_token)));
        var header = Encode($$"""{"typ":"dpop+jwt","alg":"{{Algorithm}}","jwk":{{jwk}}}""");
        for (var number = 0; number < Distinct; number++)
        {
            // The proofs must stay acceptable for the whole run, so the validator's age is large.
            var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
            var claims = $$"""
                {"jti":"0e4c1a5d-{{number}}","htm":"GET","htu":"https://api.example.com/orders","iat":{{now}},"ath":"{{hash}}"}
                """;
            _inputs[number] = Encoding.ASCII.GetBytes($"{header}.{Encode(claims)}");
            _signatures[number] = _ecdsa?.SignData(_inputs[number], _algorithm.Hash)
                ?? _rsa!.SignData(_inputs[number], _algorithm.Hash, _algorithm.Padding!);
            _proofs[number] = $"{Encoding.ASCII.GetString(_inputs[number])}.{Base64Url.EncodeToString(_signatures[number])}";
        }

        Forget();
        if (!Proof() || !ProofWithNewToken() || OtherKey() || !RawVerifyData())
        {
            throw new InvalidOperationException("The proof is not accepted, or the baseline does not accept it.");
        }
    }

    [Benchmark(Baseline = true)]
    public bool RawVerifyData()
    {
        var number = _nextRaw++ % Distinct;
        return _ecdsa?.VerifyData(_inputs[number], _signatures[number], _algorithm.Hash)
            ?? _rsa!.VerifyData(_inputs[number], _signatures[number], _algorithm.Hash, _algorithm.Padding!);
    }

    /// <summary>A proof for a token in the cache of verified tokens.</summary>
    [Benchmark]
    public bool Proof() => Check(NextProof(), _remembered, _thumbprint);

    /// <summary>A proof for a token that is not cached, without the verification of the token.</summary>
    [Benchmark]
    public bool ProofWithNewToken() => Check(NextProof(), _sent, _thumbprint);

    /// <summary>A proof of another key than the token's, which is rejected before any signature.</summary>
    [Benchmark]
    public bool OtherKey() => Check(_proofs[0], _sent, _otherThumbprint);

    private bool Check(string proof, in ProvenToken token, string thumbprint)
    {
        var result = _validator.ValidateAsync(proof, "GET", Target, token, thumbprint, CancellationToken.None);
        return result.IsCompletedSuccessfully && result.Result.IsAccepted;
    }

    private string NextProof()
    {
        if (_next == Distinct)
        {
            Forget();
        }

        return _proofs[_next++];
    }

    private AccessToken Remember(string payload)
    {
        var bytes = Encoding.UTF8.GetBytes(payload);
        TokenClaims.TryRead(bytes, out var claims, out _);
        var content = new AccessTokenClaims(bytes, new KeycloakClaimsOptions(), "issuer");
        return new AccessToken(Encoding.ASCII.GetBytes(_token), claims, null!, _algorithm, content);
    }

    // All proofs were used: a new validator does not know them.
    private void Forget()
    {
        _next = 0;
        _validator = new DpopProofValidator(
            new DpopSettings
            {
                Scheme = "Keycloak",
                NonceKey = new byte[32],
                Nonce = DpopNonceMode.Never,
                ProofAge = DpopSettings.LongestProofAge,
                ReplayCapacity = 4 * Distinct,
            },
            TimeProvider.System,
            NullLogger.Instance);
    }

    private string CreateKey()
    {
        if (_algorithm.Curve is { } curve)
        {
            _ecdsa = ECDsa.Create(curve.Parameters);
            var point = _ecdsa.ExportParameters(includePrivateParameters: false).Q;
            var (x, y) = (Base64Url.EncodeToString(point.X!), Base64Url.EncodeToString(point.Y!));
            return $$"""{"crv":"{{curve.Name}}","kty":"EC","x":"{{x}}","y":"{{y}}"}""";
        }

        _rsa = RSA.Create(2048);
        var numbers = _rsa.ExportParameters(includePrivateParameters: false);
        var (e, n) = (Base64Url.EncodeToString(numbers.Exponent!), Base64Url.EncodeToString(numbers.Modulus!));
        return $$"""{"e":"{{e}}","kty":"RSA","n":"{{n}}"}""";
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
