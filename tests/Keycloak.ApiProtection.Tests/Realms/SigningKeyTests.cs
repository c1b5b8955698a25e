using System.Text;
using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.Tests.Realms;

public sealed class SigningKeyTests
{
    private static readonly byte[] Input = Encoding.ASCII.GetBytes("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0");

    public static TheoryData<string> Algorithms => [.. SigningAlgorithm.All.Select(algorithm => algorithm.Name)];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_signature_is_valid_only_for_its_own_algorithm_key_and_input(string name)
    {
        var algorithm = Get(name);
        var pair = Pair(algorithm);
        var key = Usable(pair);
        var signature = pair.Sign(algorithm, Input);

        Assert.True(key.Verify(algorithm, Input, signature));
        Assert.False(key.Verify(algorithm, [.. Input, (byte)'x'], signature));
        Assert.False(key.Verify(algorithm, Input.AsSpan(1), signature));
        Assert.False(key.Verify(algorithm, [], signature));
        Assert.False(Usable(Pair(algorithm, which: 1)).Verify(algorithm, Input, signature));
        Assert.All(
            SigningAlgorithm.All.Where(other => other != algorithm),
            other => Assert.False(key.Verify(other, Input, signature), other.Name));
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_signature_with_a_changed_bit_or_another_length_is_rejected_without_an_exception(string name)
    {
        var algorithm = Get(name);
        var pair = Pair(algorithm);
        var key = Usable(pair);
        var good = pair.Sign(algorithm, Input);

        for (var i = 0; i < good.Length; i++)
        {
            var changed = good.ToArray();
            changed[i] ^= (byte)(1 << (i % 8));
            Assert.False(key.Verify(algorithm, Input, changed));
        }

        foreach (var length in (int[])[0, 1, good.Length / 2, good.Length - 1])
        {
            Assert.False(key.Verify(algorithm, Input, good.AsSpan(0, length)));
        }

        Assert.False(key.Verify(algorithm, Input, [.. good, 0]));
        Assert.False(key.Verify(algorithm, Input, [0, .. good]));
        Assert.False(key.Verify(algorithm, Input, [.. good, .. good]));
        Assert.False(key.Verify(algorithm, Input, new byte[good.Length]));
        Assert.False(key.Verify(algorithm, Input, Enumerable.Repeat((byte)0xFF, good.Length).ToArray()));
        Assert.False(key.Verify(algorithm, Input, new byte[100_000]));
        Assert.True(key.Verify(algorithm, Input, good));
    }

    [Theory]
    [InlineData("ES256")]
    [InlineData("ES384")]
    [InlineData("ES512")]
    public void The_psychic_signature_is_rejected(string name)
    {
        var algorithm = Get(name);
        var pair = Pair(algorithm);
        var key = Usable(pair);
        var half = algorithm.SignatureLength / 2;
        var good = pair.Sign(algorithm, Input);

        Assert.False(key.Verify(algorithm, Input, new byte[2 * half]));
        Assert.False(key.Verify(algorithm, Input, [.. new byte[half], .. good[half..]]));
        Assert.False(key.Verify(algorithm, Input, [.. good[..half], .. new byte[half]]));
        Assert.True(key.Verify(algorithm, Input, good));
    }

    [Theory]
    [InlineData("ES256")]
    [InlineData("ES384")]
    [InlineData("ES512")]
    public void An_ES_signature_in_DER_form_is_rejected(string name)
    {
        var algorithm = Get(name);
        var pair = Pair(algorithm);
        var key = Usable(pair);

        Assert.False(key.Verify(algorithm, Input, pair.SignDer(algorithm, Input)));
        Assert.True(key.Verify(algorithm, Input, pair.Sign(algorithm, Input)));
    }

    [Fact]
    public void A_key_without_alg_supports_every_algorithm_of_its_type()
    {
        Assert.Equal(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"], Fitting(TestKey.Rsa("k")));
        Assert.Equal(["ES256"], Fitting(TestKey.Ec("k")));
        Assert.Equal(["ES384"], Fitting(TestKey.Ec("k", curve: "P-384")));
        Assert.Equal(["ES512"], Fitting(TestKey.Ec("k", curve: "P-521")));
    }

    [Fact]
    public void A_key_with_alg_supports_only_that_algorithm()
    {
        Assert.Equal(["PS384"], Fitting(TestKey.Rsa("k", "PS384")));
        Assert.Equal(["ES256"], Fitting(TestKey.Ec("k", "ES256")));
    }

    [Fact]
    public void One_key_can_be_used_by_many_threads()
    {
        var algorithm = Get("RS256");
        var pair = TestKey.Rsa("k");
        var key = Usable(pair);
        var good = pair.Sign(algorithm, Input);
        var bad = good.ToArray();
        bad[0] ^= 1;

        Parallel.For(0, 2_000, i => Assert.Equal(i % 2 == 0, key.Verify(algorithm, Input, i % 2 == 0 ? good : bad)));
    }

    private static SigningAlgorithm Get(string name)
    {
        Assert.True(SigningAlgorithm.TryGet(name, out var algorithm));

        return algorithm;
    }

    private static TestKey Pair(SigningAlgorithm algorithm, int which = 0) =>
        algorithm.Curve is { } curve ? TestKey.Ec("k", curve: curve.Name) : TestKey.Rsa("k", which: which);

    private static SigningKey Usable(TestKey pair)
    {
        Assert.NotNull(pair.Read().Key);

        return pair.Read().Key!;
    }

    private static IEnumerable<string> Fitting(TestKey pair) =>
        SigningAlgorithm.All.Where(Usable(pair).Fits)
            .Select(algorithm => algorithm.Name)
            .OrderBy(name => name[0] switch { 'R' => 0, 'P' => 1, _ => 2 });
}
