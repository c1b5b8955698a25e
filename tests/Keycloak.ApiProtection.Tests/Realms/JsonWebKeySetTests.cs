using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.Tests.Realms;

public sealed class JsonWebKeySetTests
{
    private static readonly Uri Source = new(RealmStub.KeysAddress);

    [Fact]
    public void A_key_set_of_Keycloak_is_read()
    {
        // Like a captured key set of Keycloak 26: an Ed25519 key, an EC key, two RSA keys for signatures and one for encryption, with
        // certificates.
        var edwards = Without(TestKey.Ec("ed"), "y");
        edwards.Jwk["kty"] = "OKP";
        edwards.Jwk["crv"] = "Ed25519";
        edwards.Jwk["alg"] = "EdDSA";
        var encryption = TestKey.Rsa("enc", "RSA-OAEP", which: 1);
        encryption.Jwk["use"] = "enc";
        var rsa = TestKey.Rsa("rs", "RS256");
        rsa.Jwk["x5c"] = new JsonArray("not a certificate, and nobody looks");
        rsa.Jwk["x5t#S256"] = 7;

        var set = Read(edwards, TestKey.Ec("es", "ES256"), rsa, encryption, TestKey.Rsa("ps", "PS256", which: 1));

        Assert.Equal(["es", "rs", "ps"], set.Keys.Select(key => key.Id));
        Assert.Equal(["ed", "enc"], set.Unusable.Select(key => key.Id));
        Assert.False(set.FindUnusable("ed")!.Expected);
        Assert.True(set.FindUnusable("enc")!.Expected);
    }

    [Theory]
    [InlineData("kid", null, "has no kid")]
    [InlineData("kid", "\"\"", "has no kid")]
    [InlineData("kid", "7", "has no kid")]
    [InlineData("kty", null, "neither RSA nor EC")]
    [InlineData("kty", "\"rsa\"", "neither RSA nor EC")]
    [InlineData("kty", "\"oct\"", "neither RSA nor EC")]
    [InlineData("kty", "\"AKP\"", "neither RSA nor EC")]
    [InlineData("use", "\"enc\"", "not for signatures")]
    [InlineData("use", "\"SIG\"", "not for signatures")]
    [InlineData("use", "null", "not for signatures")]
    [InlineData("key_ops", "[\"encrypt\"]", "not for verification")]
    [InlineData("key_ops", "[]", "not for verification")]
    [InlineData("key_ops", "\"verify\"", "not for verification")]
    [InlineData("alg", "\"HS256\"", "none of RS256")]
    [InlineData("alg", "\"none\"", "none of RS256")]
    [InlineData("alg", "\"RSA-OAEP\"", "none of RS256")]
    [InlineData("alg", "\"rs256\"", "none of RS256")]
    [InlineData("alg", "1", "none of RS256")]
    [InlineData("alg", "\"ES256\"", "RSA key, but its alg is ES256")]
    [InlineData("n", null, "lacks n or e")]
    [InlineData("n", "\"\"", "lacks n or e")]
    [InlineData("n", "\"+/+/\"", "lacks n or e")]
    [InlineData("n", "12", "lacks n or e")]
    [InlineData("n", "\"AAAA\"", "0 bits")]
    [InlineData("e", null, "lacks n or e")]
    [InlineData("e", "\"AA\"", "exponent")]
    [InlineData("e", "\"AQ\"", "exponent")]
    [InlineData("e", "\"AQAA\"", "exponent")]
    [InlineData("e", "\"AQAAAAAB\"", "exponent")]
    public void An_invalid_RSA_key_is_unusable_and_the_reason_says_why(string member, string? value, string reason)
    {
        Assert.NotNull(TestKey.Rsa("k").Read().Key);
        var bad = TestKey.Rsa("k");
        Set(bad, member, value);

        var (key, unusable) = bad.Read();

        Assert.Null(key);
        Assert.Contains(reason, unusable!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("crv", null, "crv is none")]
    [InlineData("crv", "\"secp256k1\"", "crv is none")]
    [InlineData("crv", "\"P-384\"", "not valid")]
    [InlineData("alg", "\"ES384\"", "P-256, but its alg is ES384")]
    [InlineData("alg", "\"RS256\"", "P-256, but its alg is RS256")]
    [InlineData("x", null, "lacks x or y")]
    [InlineData("y", null, "lacks x or y")]
    [InlineData("y", "\"AQ\"", "not valid")]
    [InlineData("y", "\"not base64!\"", "lacks x or y")]
    [InlineData("x", "\"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ\"", "at most 32 bytes")]
    public void An_invalid_EC_key_is_unusable_and_the_reason_says_why(string member, string? value, string reason)
    {
        Assert.NotNull(TestKey.Ec("k").Read().Key);
        var bad = TestKey.Ec("k");
        Set(bad, member, value);

        var (key, unusable) = bad.Read();

        Assert.Null(key);
        Assert.Contains(reason, unusable!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1024, false)]
    [InlineData(2040, false)]
    [InlineData(2048, true)]
    [InlineData(3072, true)]
    public void An_RSA_key_needs_at_least_2048_bits(int bits, bool usable)
    {
        var (key, unusable) = TestKey.Rsa("k", bits: bits).Read();

        Assert.Equal(usable, key is not null);
        Assert.Equal(!usable, unusable?.Reason.Contains($"has {bits} bits", StringComparison.Ordinal) ?? false);
    }

    [Fact]
    public void An_RSA_key_with_an_excessively_large_modulus_is_unusable()
    {
        var huge = TestKey.Rsa("k");
        huge.Jwk["n"] = Base64Url.EncodeToString(Enumerable.Repeat((byte)0xFF, 16384 / 8 + 1).ToArray());

        Assert.Contains("bits", huge.Read().Unusable!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_point_that_is_not_on_the_curve_is_not_a_valid_key()
    {
        var beside = TestKey.Ec("k");
        var x = Base64Url.DecodeFromChars((string)beside.Jwk["x"]!);
        x[5] ^= 1;
        beside.Jwk["x"] = Base64Url.EncodeToString(x);

        Assert.Contains("not valid", beside.Read().Unusable!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_modulus_with_leading_zeros_is_the_same_key()
    {
        var plain = TestKey.Rsa("k");
        var padded = TestKey.Rsa("k");
        padded.Jwk["n"] = Base64Url.EncodeToString([0, .. Base64Url.DecodeFromChars((string)padded.Jwk["n"]!)]);

        Assert.True(plain.Read().Key!.IsSameAs(padded.Read().Key!));
        Assert.False(plain.Read().Key!.IsSameAs(TestKey.Rsa("k", which: 1).Read().Key!));
        Assert.False(plain.Read().Key!.IsSameAs(TestKey.Rsa("other").Read().Key!));
    }

    [Fact]
    public void A_key_without_use_and_with_verify_in_key_ops_is_used()
    {
        var key = Without(TestKey.Ec("k"), "use");
        key.Jwk["key_ops"] = new JsonArray("sign", "verify");

        Assert.NotNull(key.Read().Key);
    }

    [Fact]
    public void The_first_usable_key_of_several_with_the_same_kid_is_used()
    {
        var unusable = TestKey.Ec("k");
        unusable.Jwk["use"] = "enc";
        var first = TestKey.Ec("k");

        var set = Read(unusable, first, TestKey.Ec("k"));

        Assert.True(Assert.Single(set.Keys).IsSameAs(first.Read().Key!));
        Assert.Equal(2, set.Unusable.Count);
        Assert.Contains("same kid", set.Unusable[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_first_hundred_keys_are_read_and_the_others_are_reported()
    {
        var pair = TestKey.Ec("k");
        var list = new JsonArray();

        for (var i = 0; i < 1000; i++)
        {
            pair.Jwk["kid"] = $"key-{i}";
            list.Add(pair.Jwk.DeepClone());
        }

        var set = Read(new JsonObject { ["keys"] = list }.ToJsonString());

        Assert.Equal(100, set.Keys.Count);
        Assert.Contains("1000 keys", Assert.Single(set.Unusable).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_with_an_overlong_kid_is_unusable()
    {
        Assert.Contains("more than 256", TestKey.Ec(new string('k', 257)).Read().Unusable!.Reason, StringComparison.Ordinal);
        Assert.NotNull(TestKey.Ec(new string('k', 256)).Read().Key);
    }

    private static void Set(TestKey key, string member, string? json)
    {
        key.Jwk.Remove(member);

        if (json is not null)
        {
            key.Jwk[member] = JsonNode.Parse(json);
        }
    }

    private static TestKey Without(TestKey key, string member)
    {
        key.Jwk.Remove(member);

        return key;
    }

    private static KeySet Read(params TestKey[] keys) => Read(TestKey.Set(keys));

    private static KeySet Read(string json)
    {
        Assert.True(JsonWebKeySet.Read(Encoding.UTF8.GetBytes(json), Source).Succeeded(out var set, out var failure), failure?.Reason);

        return set;
    }
}
