using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Keycloak.ApiProtection.Realms.Keys;

/// <summary>
/// Reads one public key (RFC 7517, RFC 7518 section 6). Certificates (<c>x5c</c>) are not looked at: the realm's document is what is
/// trusted.
/// </summary>
internal static class JsonWebKey
{
    /// <summary>How long a <c>kid</c> may be. Keycloak's have 43 characters.</summary>
    public const int LongestId = 256;

    private const int SmallestModulus = 2048;
    private const int LargestModulus = 16384;
    private const int LongestExponent = 4;

    private const string NoEdwards =
        "The key is an Edwards curve key (EdDSA), and .NET has no Ed25519 or Ed448. For each client whose tokens this API gets, set the access "
        + "token signature algorithm to RS256, PS256 or ES256 (Clients > the client > Advanced > Fine grain OpenID Connect configuration).";

    /// <summary>A usable key, or the reason why it is not.</summary>
    public static (SigningKey? Key, UnusableKey? Unusable) Read(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return (null, new UnusableKey(null, "An entry of the key set is no JSON object."));
        }

        var id = RealmJson.String(element, "kid");

        if (id is not { Length: > 0 and <= LongestId })
        {
            return (null, new UnusableKey(
                null,
                id is { Length: > 0 } ? $"A key has a kid of more than {LongestId} characters." : "A key has no kid: no token can name it."));
        }

        var (key, reason, expected) = Read(id, element);

        return key is null ? (null, new UnusableKey(id, reason!, expected)) : (key, null);
    }

    private static (SigningKey? Key, string? Reason, bool Expected) Read(string id, JsonElement element)
    {
        if (element.TryGetProperty("use", out _) && RealmJson.String(element, "use") is var use && use != "sig")
        {
            return (null, "The key is not for signatures (use is not sig).", use == "enc");
        }

        if (element.TryGetProperty("key_ops", out var operations) && !ListsVerify(operations))
        {
            return (null, "The key is not for verifying (key_ops does not list verify).", false);
        }

        SigningAlgorithm? algorithm = null;
        var type = RealmJson.String(element, "kty");

        if (type is "OKP")
        {
            return (null, NoEdwards, false);
        }

        if (element.TryGetProperty("alg", out _) && !SigningAlgorithm.TryGet(RealmJson.String(element, "alg"), out algorithm))
        {
            return (null, "The key's alg is none of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512.", false);
        }

        try
        {
            return type switch
            {
                "RSA" => ReadRsa(id, element, algorithm),
                "EC" => ReadEc(id, element, algorithm),
                _ => (null, "The key's kty is neither RSA nor EC.", false),
            };
        }
        catch (Exception error) when (error is CryptographicException or PlatformNotSupportedException or ArgumentException)
        {
            return (null, "The key's numbers are no key: the platform's cryptography refuses them.", false);
        }
    }

    private static (SigningKey? Key, string? Reason, bool Expected) ReadRsa(string id, JsonElement element, SigningAlgorithm? algorithm)
    {
        if (algorithm?.Family == SigningFamily.Ecdsa)
        {
            return (null, $"The key is an RSA key whose alg says {algorithm}.", false);
        }

        if (Number(element, "n") is not { } modulus || Number(element, "e") is not { } exponent)
        {
            return (null, "The RSA key lacks n or e, or they are not base64url.", false);
        }

        var bits = BitLength(modulus);

        if (bits is < SmallestModulus or > LargestModulus)
        {
            return (null, $"The RSA key has {bits} bits; {SmallestModulus} to {LargestModulus} are accepted. Replace its provider "
                + "(Realm settings > Keys > Providers) by one of at least 2048 bits.", false);
        }

        // e = 1 would make every message its own signature; an even e or n is no RSA key.
        if (exponent is [] or [1] || exponent.Length > LongestExponent || (exponent[^1] & 1) == 0 || (modulus[^1] & 1) == 0)
        {
            return (null, "The RSA key's exponent or modulus is not one that a real key has.", false);
        }

        if (RocaFingerprint.Has(modulus))
        {
            return (null, "The RSA key was made by a library whose keys can be factored (ROCA, CVE-2017-15361): whoever has the public key can sign tokens. "
                + "Replace its provider (Realm settings > Keys > Providers) by a new rsa-generated one.", false);
        }

        var rsa = RSA.Create(new RSAParameters { Modulus = modulus, Exponent = exponent });

        return (new SigningKey(id, rsa, algorithm, Thumbprint("RSA", algorithm, modulus, exponent)), null, false);
    }

    private static (SigningKey? Key, string? Reason, bool Expected) ReadEc(string id, JsonElement element, SigningAlgorithm? algorithm)
    {
        if (SigningCurve.Find(RealmJson.String(element, "crv")) is not { } curve)
        {
            return (null, "The EC key's crv is none of P-256, P-384, P-521.", false);
        }

        if (algorithm is not null && algorithm.Curve != curve)
        {
            return (null, $"The key is an EC key on {curve.Name} whose alg says {algorithm}.", false);
        }

        if (Coordinate(element, "x", curve) is not { } x || Coordinate(element, "y", curve) is not { } y)
        {
            return (null, $"The EC key lacks x or y, or they are not base64url of at most {curve.CoordinateLength} bytes.", false);
        }

        // Throws where the point is not on the curve.
        var ecdsa = ECDsa.Create(new ECParameters { Curve = curve.Parameters, Q = new ECPoint { X = x, Y = y } });

        return (new SigningKey(id, ecdsa, curve, algorithm, Thumbprint(curve.Name, algorithm, x, y)), null, false);
    }

    private static bool ListsVerify(JsonElement operations) =>
        operations.ValueKind == JsonValueKind.Array
        && operations.EnumerateArray().Any(operation => operation.ValueKind == JsonValueKind.String && operation.ValueEquals("verify"u8));

    /// <summary>A base64url number without leading zeros: the same number is the same key, however it is written.</summary>
    private static byte[]? Number(JsonElement element, string name)
    {
        if (RealmJson.String(element, name) is not { Length: > 0 } text || !Base64Url.IsValid(text))
        {
            return null;
        }

        var bytes = Base64Url.DecodeFromChars(text);

        return bytes.AsSpan().TrimStart((byte)0).ToArray();
    }

    private static byte[]? Coordinate(JsonElement element, string name, SigningCurve curve)
    {
        if (Number(element, name) is not { } number || number.Length > curve.CoordinateLength)
        {
            return null;
        }

        var coordinate = new byte[curve.CoordinateLength];
        number.CopyTo(coordinate, coordinate.Length - number.Length);

        return coordinate;
    }

    private static int BitLength(byte[] number) => number.Length == 0 ? 0 : (number.Length * 8) - byte.LeadingZeroCount(number[0]);

    /// <summary>Tells keys apart: kind, what the key is for, and its numbers, each with its length.</summary>
    private static byte[] Thumbprint(string kind, SigningAlgorithm? algorithm, byte[] first, byte[] second)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{kind} {algorithm} {first.Length} {second.Length} "));
        hash.AppendData(first);
        hash.AppendData(second);

        return hash.GetHashAndReset();
    }
}
