using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Keycloak.ApiProtection.Tokens;
using Keycloak.ApiProtection.Tokens.Verified;

namespace Keycloak.ApiProtection.Tests.Tokens;

/// <summary>Counts the exact number of allocated bytes: invalid tokens cause no work for the garbage collector.</summary>
public sealed class AllocationTests(ITestOutputHelper output)
{
    private const int Times = 50;

    private static readonly Dictionary<string, Func<SignedToken, string>> Rejected = new()
    {
        ["size"] = token => token.And($"\"long\":\"{new string('x', 20_000)}\"").Text,
        ["form"] = token => token.Text + "=",
        ["form, no token at all"] = _ => "junk",
        ["jose_header"] = token => token.AndHeader("\"alg\":\"none\"").Text,
        ["critical"] = token => token.WithHeader("crit", "[]").Text,
        ["header_type"] = token => token.WithHeader("typ", "\"JWE\"").Text,
        ["algorithm"] = token => token.WithHeader("alg", "\"RS1\"").Text,
        ["algorithm_none"] = token => token.WithHeader("alg", "\"none\"").Text,
        ["kind_refresh"] = token => token.WithText("typ", "Refresh").SignedWithSecret("HS512", [1]).Text,
        ["payload"] = token => token.And("\"iss\":\"x\"").Text,
        ["payload, a number"] = token => token.With("exp", "1e9").Text,
        ["issuer"] = token => token.WithText("iss", "https://evil.example/realms/demo").Text,
        ["issuer, escaped"] = token => token.With("iss", "\"https:\\/\\/evil.example\"").Text,
        ["issuer, escaped and long"] = token => token.With("iss", $"\"{string.Concat(Enumerable.Repeat("\\/", 1000))}\"").Text,
        ["kind_id"] = token => token.WithText("typ", "ID").Text,
        ["bound_dpop"] = token => token.With("cnf", "{\"jkt\":\"x\"}").Text,
        ["expired"] = token => token.With("exp", "1").Text,
        ["not_yet_valid"] = token => token.With("nbf", "253402300799").Text,
        ["issued_ahead"] = token => token.With("iat", "253402300799").Text,
        ["lightweight"] = token => token.Without("aud", "realm_access", "resource_access").WithText("jti", "onltro:1").Text,
        ["audience"] = token => token.With("aud", "[\"account\",\"gateway\"]").Text,
        ["audience, escaped"] = token => token.With("aud", "[\"acc\\u006Funt\",\"gateway\"]").Text,
        ["key_missing"] = token => token.WithoutHeader("kid").Text,
        ["key_unfit"] = token => token.WithHeader("alg", "\"PS256\"").Text,
        ["signature"] = token => token.Signed(_ => [1, 2, 3]).Text,
    };

    public static TheoryData<string> Cases => [.. Rejected.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_rejection_without_cryptography_allocates_nothing(string name)
    {
        using var api = await OrdersApi.StartAsync();
        var token = Rejected[name](api.Alice);
        Assert.Equal(name.Split(',')[0], await api.VerdictAsync(token));

        Assert.Equal(0, Allocated(() => Verify(api.Verifier, token)));
        Assert.Equal(0, Allocated(() => Verify(api.Remembering, token)));
    }

    [Fact]
    public async Task An_invalid_signature_allocates_no_more_than_the_signature_check_of_the_framework()
    {
        using var api = await OrdersApi.StartAsync();
        var signature = api.Alice.Signature;
        signature[100] ^= 1;
        var token = api.Alice.Signed(_ => signature);
        Assert.Equal("signature", await api.VerdictAsync(token));
        var raw = Raw(token.SigningInput, signature);
        var text = token.Text;

        Assert.Equal(raw, Allocated(() => Verify(api.Remembering, text)));
        var refused = Allocated(() => Verify(api.Verifier, text));
        output.WriteLine($"bad signature: {refused} B, of which RSA.VerifyData {raw} B");
        Assert.Equal(raw, refused);
    }

    [Fact]
    public async Task A_new_token_allocates_at_most_a_kilobyte_more_than_the_signature_check_of_the_framework()
    {
        using var api = await OrdersApi.StartAsync();
        var token = api.Alice.Without("family_name", "given_name");
        Assert.InRange(token.Text.Length, 1450, 1536);
        var raw = Raw(token.SigningInput, token.Signature);
        var text = token.Text;

        var accepted = Allocated(() => Verify(api.Verifier, text));
        output.WriteLine(
            $"accepted, {text.Length} characters: {accepted} B, of which RSA.VerifyData {raw} B "
            + $"and the payload {token.PayloadBytes.Length} B");
        Assert.InRange(accepted - raw, token.PayloadBytes.Length, 1024);
    }

    [Fact]
    public async Task A_cached_token_allocates_nothing()
    {
        using var api = await OrdersApi.StartAsync();
        var text = api.Alice.Text;

        Assert.Equal(0, Allocated(() => Verify(api.Remembering, text)));
        Assert.Equal(1, api.Counts.Misses);
    }

    [Fact]
    public async Task A_cached_token_takes_at_most_two_kilobytes_and_is_counted_with_its_actual_size()
    {
        using var api = await OrdersApi.StartAsync();
        var tokens = Enumerable.Range(0, Times).Select(number => api.Alice.WithText("jti", $"onrtro:{number:D8}").Text).ToArray();
        Assert.All(tokens, token => Assert.InRange(token.Length, 1400, 1600));
        var raw = Raw(api.Alice.SigningInput, api.Alice.Signature);
        Verify(api.Remembering, api.Alice.Text);
        Verify(api.Verifier, tokens[0]);

        // Everything that is allocated here is kept, except the allocations of the signature check.
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var token in tokens)
        {
            Verify(api.Remembering, token);
        }

        var each = ((GC.GetAllocatedBytesForCurrentThread() - before) / Times) - raw;
        var verification = await api.Remembering.VerifyAsync(tokens[0].AsMemory(), TestContext.Current.CancellationToken);
        Assert.True(verification.IsAccepted(out var kept));
        output.WriteLine(
            $"remembered, {tokens[0].Length} characters: {each} B and a place of 16 B; "
            + $"counted as {kept.UnreadSize} B, with claims as {kept.Size} B");
        Assert.InRange(each + 16, tokens[0].Length, 2048);
        Assert.InRange(kept.UnreadSize, each + 8, each + 24);
        Assert.Equal(VerifiedTokens.BytesPerToken, kept.Size);
    }

    private static void Verify(AccessTokenVerifier verifier, string token)
    {
        var verification = verifier.VerifyAsync(token.AsMemory(), CancellationToken.None);
        Assert.True(verification.IsCompletedSuccessfully);
    }

    private static long Raw(string signingInput, byte[] signature)
    {
        using var rsa = RSA.Create(new RSAParameters
        {
            Modulus = Base64Url.DecodeFromChars((string)OrdersApi.Key.Jwk["n"]!),
            Exponent = Base64Url.DecodeFromChars((string)OrdersApi.Key.Jwk["e"]!),
        });
        var input = Encoding.ASCII.GetBytes(signingInput);

        return Allocated(() => rsa.VerifyData(input.AsSpan(), signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    /// <summary>
    /// Returns the number of bytes per call, after warm-up. It is the minimum of several rounds because a garbage collection may empty the
    /// pools of the buffers.
    /// </summary>
    private static long Allocated(Action act)
    {
        var least = long.MaxValue;

        for (var round = 0; round < 10; round++)
        {
            act();
            var before = GC.GetAllocatedBytesForCurrentThread();

            for (var time = 0; time < Times; time++)
            {
                act();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least / Times;
    }
}
