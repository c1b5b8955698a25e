using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Keycloak.ApiProtection.Tests;

/// <summary>RSA keys that all tests share, because creating one takes a tenth of a second.</summary>
internal static class SharedRsaKeys
{
    private static readonly ConcurrentDictionary<(string Owner, int Bits, int Which), Lazy<RSAParameters>> Keys = new();

    /// <summary>Returns a key of an owner: the same key at each call, in an object of its own, which the caller may dispose.</summary>
    public static RSA Get(string owner, int bits, int which) =>
        RSA.Create(Keys.GetOrAdd((owner, bits, which), _ => new Lazy<RSAParameters>(() => New(bits))).Value);

    /// <summary>
    /// Supplies the keys of an embedded realm. All keys of one realm differ. Realms with the same owner have the same keys, whether they
    /// run one after another or at the same time.
    /// </summary>
    public static Func<string, int, RSA> OfRealm(string owner)
    {
        var created = new ConcurrentDictionary<string, int>();

        return (algorithm, bits) => Get($"{owner} {algorithm}", bits, created.AddOrUpdate(algorithm, 0, (_, last) => last + 1));
    }

    private static RSAParameters New(int bits)
    {
        using var rsa = RSA.Create(bits);

        return rsa.ExportParameters(includePrivateParameters: true);
    }
}
