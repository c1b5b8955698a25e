using System.Buffers.Text;
using System.Text;
using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection.Benchmarks;

/// <summary>A cache with many tokens, put there directly: a million signatures would take a quarter of an hour.</summary>
internal static class FilledTokens
{
    private static readonly KeycloakClaimsOptions Options = new();

    /// <summary>The cache, and those of its tokens that are to be asked for, in a random order.</summary>
    public static (VerifiedTokens Tokens, string[] Asked) Make(string token, SigningKey key, int count, int mostAsked)
    {
        // Twice the room: so nearly all of them are found, and the rest is not asked for.
        var tokens = new VerifiedTokens(count * 2, TimeSpan.FromSeconds(30), TimeProvider.System, new VerifiedTokenCounts());
        var random = new Random(1);
        var every = Math.Max(1, count / mostAsked);
        var asked = new List<string>();
        for (var number = 0; number < count; number++)
        {
            var text = Distinct(token, random);
            tokens.Add(Copy(text, key), tokens.HashOf(text));
            if (number % every == 0)
            {
                asked.Add(text);
            }
        }

        var found = asked.Where(text => tokens.TryFind(text, tokens.HashOf(text), out _)).ToArray();
        random.Shuffle(found);
        return (tokens, found);
    }

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
}
