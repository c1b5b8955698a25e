using System.Security.Claims;
using BenchmarkDotNet.Attributes;
using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Revocation;

namespace Keycloak.ApiProtection.Benchmarks;

/// <summary>The time of the revocation check for a request. Goal: at most 50 ns and no allocation if no event of 100,000 matches.</summary>
public class RevocationBenchmarks
{
    private const int Tokens = 4096;

    private readonly TokenMarks[] _tokens = new TokenMarks[Tokens];
    private RevocationLog _log = null!;
    private TokenMarks _same;
    private int _next;

    /// <summary>Gets or sets the number of stored events.</summary>
    [Params(0, 1_000, 100_000)]
    public int Events { get; set; }

    /// <summary>Fills the log with events of sessions that no token belongs to.</summary>
    [GlobalSetup]
    public void Fill()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        _log = new RevocationLog(100_000, TimeSpan.FromHours(1), TimeProvider.System);
        for (var i = 0; i < Events; i++)
        {
            _log.Add(RevocationKey.Of(RevocationKind.Session, $"ended-{i}"), now, now + 3600);
        }

        for (var i = 0; i < Tokens; i++)
        {
            var claims = new[]
            {
                new Claim("sid", $"s{i}"),
                new Claim("sub", $"u{i}"),
                new Claim("azp", "spa"),
                new Claim("jti", $"t{i}"),
                new Claim("iat", $"{now - 60}"),
            };
            var user = new ClaimsPrincipal(new ClaimsIdentity(claims, "Bearer"));
            TokenMarks.TryRead(user, "Keycloak", NameHash.Local, string.Empty, out _tokens[i]);
        }

        _same = _tokens[0];
    }

    /// <summary>The same token in every call.</summary>
    [Benchmark]
    public bool NothingFoundForOneToken() => _log.Find(_same) == RevocationMatch.None;

    /// <summary>Another token in every call, so that the filter's words are not in the processor's cache.</summary>
    [Benchmark]
    public bool NothingFoundForManyTokens() => _log.Find(_tokens[_next++ & (Tokens - 1)]) == RevocationMatch.None;
}
