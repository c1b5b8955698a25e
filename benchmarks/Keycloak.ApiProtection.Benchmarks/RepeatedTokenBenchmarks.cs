using System.Buffers.Text;
using System.Text;
using BenchmarkDotNet.Attributes;
using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection.Benchmarks;

/// <summary>A token that was verified before, among few and many, and what else a request's memory of it could have been.</summary>
/// <remarks>
/// The cache is filled directly: a million signatures would take a quarter of an hour. Of the many, 32,768 are asked for in a random order: more than any
/// processor's cache holds of them.
/// </remarks>
public class RepeatedTokenBenchmarks
{
    private const int MostAsked = 32 * 1024;

    private VerifiedTokens _tokens = null!;
    private string[] _asked = null!;
    private ProtectedApi _api = null!;
    private string _token = null!;
    private int _next;

    [Params(16, 16 * 1024, 1024 * 1024)]
    public int Tokens { get; set; }

    [GlobalSetup]
    public void Start()
    {
        _api = ProtectedApi.Start(cacheSize: 16);
        _token = _api.Token();
        _api.Expect(_token, accepted: true);
        _api.Expect(_token, accepted: true);
        _api.Verifier.TryVerify(_token, out var verification);
        verification.IsAccepted(out var verified);

        // Twice the room: so nearly all of them are found, and the rest is not asked for.
        _tokens = new VerifiedTokens(Tokens * 2, TimeSpan.FromSeconds(30), TimeProvider.System, new VerifiedTokenCounts());
        var random = new Random(1);
        var every = Math.Max(1, Tokens / MostAsked);
        var asked = new List<string>();
        for (var number = 0; number < Tokens; number++)
        {
            var text = Distinct(_token, random);
            _tokens.Add(Copy(text, verified!.Key), _tokens.HashOf(text));
            if (number % every == 0)
            {
                asked.Add(text);
            }
        }

        var found = asked.Where(text => _tokens.TryFind(text, _tokens.HashOf(text), out _)).ToArray();
        random.Shuffle(found);
        _asked = found;
    }

    [GlobalCleanup]
    public void Stop() => _api.Dispose();

    /// <summary>The cache alone.</summary>
    [Benchmark(Baseline = true)]
    public bool Hit()
    {
        var text = _asked[_next];
        _next = _next + 1 == _asked.Length ? 0 : _next + 1;
        return _tokens.TryFind(text, _tokens.HashOf(text), out _);
    }

    /// <summary>The verifier with one token, again and again.</summary>
    [Benchmark]
    public bool VerifierHot() => _api.Verifier.TryVerify(_token, out _);

    /// <summary>What the clock alone costs: a hit asks it once.</summary>
    [Benchmark]
    public DateTimeOffset ClockAlone() => TimeProvider.System.GetUtcNow();

    private static string Distinct(string token, Random random)
    {
        Span<byte> signature = stackalloc byte[256];
        random.NextBytes(signature);
        return string.Concat(token.AsSpan(0, token.LastIndexOf('.') + 1), Base64Url.EncodeToString(signature));
    }

    private static AccessToken Copy(string text, SigningKey key)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        var first = text.IndexOf('.', StringComparison.Ordinal);
        var payload = text.AsSpan(first + 1, text.LastIndexOf('.') - first - 1);
        TokenClaims.TryRead(Base64Url.DecodeFromChars(payload), out var claims, out _);
        SigningAlgorithm.TryGet("RS256", out var algorithm);
        return new AccessToken(bytes, claims, key, algorithm!, new AccessTokenClaims(bytes, first + 1, payload.Length, Options, "issuer"));
    }

    private static KeycloakClaimsOptions Options { get; } = new();
}
