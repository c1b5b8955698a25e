using System.Text.Json;

namespace Keycloak.ApiProtection.KeycloakTests.Contract;

public abstract partial class RealmContract
{
    [Theory]
    [InlineData("RS256", "RSA", "sig", "n", "e", "x5c")]
    [InlineData("PS256", "RSA", "sig", "n", "e", "x5c")]
    [InlineData("ES256", "EC", "sig", "crv", "x", "y")]
    [InlineData("EdDSA", "OKP", "sig", "crv", "x")]
    [InlineData("RSA-OAEP", "RSA", "enc", "n", "e", "x5c")]
    public async Task Each_key_contains_its_algorithm_type_and_use(string algorithm, string kind, string use, params string[] members)
    {
        var keys = (await KeysAsync()).Where(key => key.GetProperty("alg").GetString() == algorithm).ToList();

        Assert.NotEmpty(keys);
        Assert.All(keys, key =>
        {
            Assert.Equal(kind, key.GetProperty("kty").GetString());
            Assert.Equal(use, key.GetProperty("use").GetString());
            Assert.All(members, member => Assert.True(key.TryGetProperty(member, out _), $"{algorithm} has no {member}"));
        });
    }

    [Fact]
    public async Task No_private_or_symmetric_key_is_published()
    {
        var keys = await KeysAsync();

        Assert.DoesNotContain(keys, key => key.GetProperty("kty").GetString() == "oct");
        Assert.All(keys, key => Assert.All(["d", "p", "q", "k"], secret => Assert.False(key.TryGetProperty(secret, out _))));
        Assert.Equal(keys.Count, (await KeyIdsAsync()).Distinct().Count());
    }

    [Fact]
    public async Task Curves_are_P256_and_Ed25519_and_rsa_keys_have_2048_bits()
    {
        var keys = await KeysAsync();

        Assert.Equal(["P-256"], Distinct(keys, "EC", "crv"));
        Assert.Equal(["Ed25519"], Distinct(keys, "OKP", "crv"));
        Assert.All(
            keys.Where(key => key.GetProperty("kty").GetString() == "RSA"),
            key => Assert.Equal(2048 / 8, System.Buffers.Text.Base64Url.DecodeFromChars(key.GetProperty("n").GetString()).Length));
    }

    private static string[] Distinct(IEnumerable<JsonElement> keys, string kind, string member) =>
        [.. keys.Where(key => key.GetProperty("kty").GetString() == kind).Select(key => key.GetProperty(member).GetString()!).Distinct()];
}
