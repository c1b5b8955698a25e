using System.Buffers.Text;
using System.Numerics;
using System.Security.Cryptography;
using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.Tests.Realms;

public sealed class RocaFingerprintTests
{
    private static readonly int[] First126Primes =
    [
        .. Enumerable.Range(2, 700).Where(number => Enumerable.Range(2, number - 2).All(factor => number % factor != 0))
    ];

    [Theory]
    [InlineData(2048)]
    [InlineData(3072)]
    [InlineData(4096)]
    public void A_weak_key_is_unusable_and_the_reason_names_the_weakness(int bits)
    {
        var key = TestKey.Rsa("weak");
        key.Jwk["n"] = Base64Url.EncodeToString(Modulus(bits).ToByteArray(isUnsigned: true, isBigEndian: true));

        var (usable, unusable) = key.Read();

        Assert.Null(usable);
        Assert.False(unusable!.Expected);
        Assert.Contains("CVE-2017-15361", unusable.Reason, StringComparison.Ordinal);
        Assert.Contains("Realm settings > Keys", unusable.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_modulus_close_to_a_weak_one_is_not_reported_as_weak()
    {
        var weak = Modulus(2048);

        Assert.True(RocaFingerprint.Has(weak.ToByteArray(isUnsigned: true, isBigEndian: true)));
        Assert.False(RocaFingerprint.Has((weak + 2).ToByteArray(isUnsigned: true, isBigEndian: true)));
    }

    [Fact]
    public void Normal_keys_are_not_reported_as_weak()
    {
        Assert.NotNull(TestKey.Rsa("normal").Read().Key);

        // Modulo small primes, an RSA modulus looks like any odd number that none of these primes divides.
        Span<byte> modulus = stackalloc byte[256];
        for (var i = 0; i < 10_000; i++)
        {
            RandomNumberGenerator.Fill(modulus);
            modulus[0] |= 0x80;
            modulus[^1] |= 1;
            Assert.False(RocaFingerprint.Has(modulus));
        }

        for (var i = 0; i < 100; i++)
        {
            using var rsa = RSA.Create(512);
            Assert.False(RocaFingerprint.Has(rsa.ExportParameters(includePrivateParameters: false).Modulus));
        }
    }

    /// <summary>
    /// The product of two numbers of the form k * M + (65537^a mod M). The numbers need not be prime: the product does not show
    /// whether they are.
    /// </summary>
    private static BigInteger Modulus(int bits)
    {
        var product = First126Primes.Aggregate(BigInteger.One, (so, prime) => so * prime);
        BigInteger modulus;
        do
        {
            modulus = Factor(bits / 2, product) * Factor(bits / 2, product);
        }
        while (modulus.GetBitLength() != bits);

        return modulus;
    }

    private static BigInteger Factor(int bits, BigInteger product)
    {
        var power = BigInteger.ModPow(65537, new BigInteger(RandomNumberGenerator.GetBytes(20), isUnsigned: true), product);
        var k = ((BigInteger.One << bits) - 1 - power) / product;
        return (k * product) + power;
    }
}
