using System.Buffers.Text;
using System.Text;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Realms.Keys;
using Keycloak.ApiProtection.Tokens.Verified;

namespace Keycloak.ApiProtection.Benchmarks;

/// <summary>A cache with many tokens. They are added directly, because signing a million tokens would take a quarter of an hour.</summary>
/// <remarks>
/// The tokens differ in some characters of the signature. So the token of a request can be written into the same buffer as the previous
/// one, as a server does just before the lookup: this text is in the processor's cache, and the cached tokens are not.
/// </remarks>
internal sealed class FilledTokens
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private const int Letters = 10;
    private const int LettersBehind = 4;

    private static readonly KeycloakClaimsOptions Options = new();

    private readonly string _token;

    public FilledTokens(string token, SigningKey key, int count, int mostAsked)
    {
        _token = token;

        // Twice the needed capacity, so that nearly all tokens are found. The others are not looked up.
        Tokens = new VerifiedTokens(count * 2, TimeSpan.FromSeconds(30), TimeProvider.System, new VerifiedTokenCounts());
        var request = NewRequest();
        for (var number = 0; number < count; number++)
        {
            Write(request, number);
            Tokens.Add(Copy(new string(request), key), Tokens.HashOf(request));
        }

        var every = Math.Max(1, count / mostAsked);
        Asked = [.. Enumerable.Range(0, count).Where(number => number % every == 0 && IsFound(request, number))];
        new Random(1).Shuffle(Asked);
    }

    public VerifiedTokens Tokens { get; }

    /// <summary>Gets the numbers of the tokens to look up, in random order.</summary>
    public int[] Asked { get; }

    /// <summary>Creates a buffer for the token of a request. Each thread needs its own.</summary>
    public char[] NewRequest() => _token.ToCharArray();

    /// <summary>Looks up the token with this number, as a request with this token does.</summary>
    public bool IsFound(char[] request, int number)
    {
        Write(request, number);
        return Tokens.TryFind(request, Tokens.HashOf(request), out _);
    }

    private static void Write(char[] request, int number)
    {
        var mixed = ((ulong)number + 1) * 0x9E3779B97F4A7C15;
        for (var letter = 1; letter <= Letters; letter++)
        {
            request[^(LettersBehind + letter)] = Alphabet[(int)(mixed & 63)];
            mixed >>= 6;
        }
    }

    private static AccessToken Copy(string text, SigningKey key)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        var first = text.IndexOf('.', StringComparison.Ordinal);
        var payload = text.AsSpan(first + 1, text.LastIndexOf('.') - first - 1);
        TokenClaims.TryRead(Base64Url.DecodeFromChars(payload), out var claims, out _);
        SigningAlgorithm.TryGet("RS256", out var algorithm);
        var room = AccessToken.RoomForClaims(bytes.Length);
        var content = new AccessTokenClaims(bytes, first + 1, payload.Length, Options, "issuer", room);
        return new AccessToken(bytes, claims, key, algorithm!, content);
    }
}
