using System.Numerics;

namespace Keycloak.ApiProtection.Realms.Keys;

/// <summary>
/// Recognizes RSA keys that Infineon's library generated (ROCA, CVE-2017-15361). Their private key can be computed from the public key.
/// </summary>
/// <remarks>
/// Nemec, Sys, Svenda, Klinec, Matyas: The Return of Coppersmith's Attack (ACM CCS 2017), sections 2.2 and 3.1. Both primes of such a
/// key are <c>k * M + (65537^a mod M)</c>, where M is the product of the first primes. Therefore the modulus is a power of 65537 modulo
/// each of these primes. For keys of 1984 bits and more, M has at least the first 126 primes. The chance that a normal key has this
/// property for all of them is practically zero.
/// </remarks>
internal static class RocaFingerprint
{
    private const int Generator = 65537;
    private const int LargestPrime = 701;

    // For each odd prime up to 701, the residues that are powers of 65537.
    private static readonly (int Prime, bool[] Powers)[] Primes =
        [.. Enumerable.Range(3, LargestPrime - 2).Where(IsPrime).Select(prime => (prime, Powers(prime)))];

    /// <summary>Whether a modulus (big-endian) has the fingerprint.</summary>
    public static bool Has(ReadOnlySpan<byte> modulus)
    {
        var number = new BigInteger(modulus, isUnsigned: true, isBigEndian: true);
        foreach (var (prime, powers) in Primes)
        {
            if (!powers[(int)(number % prime)])
            {
                return false;
            }
        }

        return true;
    }

    private static bool[] Powers(int prime)
    {
        var powers = new bool[prime];
        for (var power = 1; !powers[power]; power = (int)((long)power * Generator % prime))
        {
            powers[power] = true;
        }

        return powers;
    }

    private static bool IsPrime(int number) =>
        Enumerable.Range(2, number - 2).TakeWhile(factor => factor * factor <= number).All(factor => number % factor != 0);
}
