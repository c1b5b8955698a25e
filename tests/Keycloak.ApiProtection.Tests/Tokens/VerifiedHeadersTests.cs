using System.Buffers.Text;
using System.Text;
using Keycloak.ApiProtection.Realms.Keys;
using Keycloak.ApiProtection.Tests.Realms;
using Keycloak.ApiProtection.Tokens;
using Keycloak.ApiProtection.Tokens.Verified;

namespace Keycloak.ApiProtection.Tests.Tokens;

/// <summary>The header of a valid token is parsed only once. The cache does not hide any reason to reject another header.</summary>
public sealed class VerifiedHeadersTests
{
    private static readonly SigningAlgorithm Rs256 = SigningAlgorithm.All[0];

    /// <summary>
    /// Headers that are signed with the key of the realm and are as long as the valid one, so that an incomplete
    /// comparison would accept them.
    /// </summary>
    private static readonly Dictionary<string, Func<SignedToken, SignedToken>> OneLetterAway = new()
    {
        ["header_type"] = token => token.WithHeader("typ", "\"JWE\""),
        ["algorithm"] = token => token.WithHeader("alg", "\"RS255\""),
        ["key_unfit"] = token => token.WithHeader("alg", "\"RS512\""),
        ["key_unknown"] = token => token.WithHeader("kid", $"\"{OrdersApi.KeyId[..^1]}_\""),
        ["jose_header"] = token => token.WithHeader(
            Encoding.UTF8.GetString(token.HeaderBytes).Replace("typ\"", "alg\"", StringComparison.Ordinal)),
    };

    public static TheoryData<string> Cases => [.. OneLetterAway.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_header_that_differs_slightly_from_a_cached_one_is_parsed_again(string code)
    {
        using var api = await OrdersApi.StartAsync();
        var changed = OneLetterAway[code](api.Alice);
        Assert.Equal(api.Alice.HeaderBytes.Length, changed.HeaderBytes.Length);

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice));
        Assert.Equal(code, await api.VerdictAsync(changed));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice));
    }

    [Fact]
    public async Task A_longer_header_that_starts_like_a_cached_one_is_parsed_again()
    {
        using var api = await OrdersApi.StartAsync();
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice));

        Assert.Equal("critical", await api.VerdictAsync(api.Alice.WithHeader("crit", "[\"exp\"]")));
    }

    [Fact]
    public async Task With_a_cached_header_the_signature_and_the_claims_of_every_token_are_still_checked()
    {
        using var api = await OrdersApi.StartAsync();
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(api.Alice));
        var other = api.Alice.WithText("sub", "somebody-else");

        Assert.Equal("signature", await api.VerdictAsync(other.Signed(_ => api.Alice.Signature)));
        Assert.Equal("audience", await api.VerdictAsync(other.WithText("aud", "account")));
        Assert.Equal("expired", await api.VerdictAsync(other.WithDate("exp", api.Now.AddSeconds(-30))));
        Assert.Equal("payload", await api.VerdictAsync(other.And("\"iss\":\"x\"")));
        Assert.Equal("form", await api.VerdictAsync(other.Text + "="));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(other));
    }

    [Fact]
    public async Task Only_headers_of_accepted_tokens_are_cached()
    {
        var headers = new VerifiedHeaders();
        using var api = await OrdersApi.StartAsync();
        var verifier = new AccessTokenVerifier(api.Policy, api.Keys, api.Realm.Time, new VerifiedTokenCounts(), headers: headers);
        var signature = api.Alice.Signature;
        signature[100] ^= 1;

        foreach (var token in new[]
        {
            api.Alice.Signed(_ => signature), api.Alice.WithText("aud", "account"), api.Alice.WithDate("exp", api.Now.AddHours(-1)),
        })
        {
            Assert.NotEqual(OrdersApi.Accepted, await OrdersApi.VerdictAsync(verifier, token.Text));
            Assert.Null(headers.Find(Encoded(token)));
        }

        Assert.Equal(OrdersApi.Accepted, await OrdersApi.VerdictAsync(verifier, api.Alice.Text));
        Assert.Equal(OrdersApi.KeyId, Encoding.UTF8.GetString(headers.Find(Encoded(api.Alice))!.KeyId));
    }

    [Fact]
    public async Task A_token_with_a_cached_header_is_rejected_after_its_key_is_removed()
    {
        var removed = TestKey.Rsa("removed", "RS256", which: 1);
        using var api = await OrdersApi.StartAsync(removed);
        var token = api.Alice.WithDate("exp", api.Now.AddHours(1)).SignedWith(removed, "RS256");
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(token));

        api.Realm.Rotate(OrdersApi.Key);
        api.Realm.Time.Advance(TimeSpan.FromMinutes(11));

        Assert.Equal("key_unknown", await api.VerdictAsync(token.WithText("jti", "another")));
    }

    [Fact]
    public async Task A_token_with_a_cached_header_is_verified_with_the_current_key_of_that_kid()
    {
        using var api = await OrdersApi.StartAsync();
        var old = api.Alice.WithDate("exp", api.Now.AddHours(1));
        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(old));
        var successor = TestKey.Rsa(OrdersApi.KeyId, "RS256", which: 1);
        api.Realm.Rotate(successor);
        api.Realm.Time.Advance(TimeSpan.FromMinutes(11));

        Assert.Equal(OrdersApi.Accepted, await api.VerdictAsync(old.SignedBy(successor)));
        Assert.Equal("signature", await api.VerdictAsync(old));
    }

    [Fact]
    public void The_latest_headers_are_kept_and_the_oldest_one_is_evicted()
    {
        var headers = new VerifiedHeaders();
        var encoded = Enumerable.Range(0, VerifiedHeaders.Places + 1)
            .Select(number => Encoding.ASCII.GetBytes($"header-{number}"))
            .ToArray();
        foreach (var header in encoded)
        {
            headers.Add(header, "key"u8, Rs256);
        }

        Assert.Null(headers.Find(encoded[0]));
        Assert.All(encoded[1..], header => Assert.NotNull(headers.Find(header)));
        Assert.Null(headers.Find(encoded[1].AsSpan()[..^1]));
        Assert.Null(headers.Find([]));
    }

    [Fact]
    public void Headers_up_to_the_maximum_length_are_cached_and_longer_ones_are_not()
    {
        var headers = new VerifiedHeaders();
        var longest = new byte[VerifiedHeaders.LongestHeader];
        var longer = new byte[VerifiedHeaders.LongestHeader + 1];

        headers.Add(longest, "key"u8, Rs256);
        headers.Add(longer, "key"u8, Rs256);

        Assert.NotNull(headers.Find(longest));
        Assert.Null(headers.Find(longer));
    }

    private static byte[] Encoded(SignedToken token) => Encoding.ASCII.GetBytes(Base64Url.EncodeToString(token.HeaderBytes));
}
