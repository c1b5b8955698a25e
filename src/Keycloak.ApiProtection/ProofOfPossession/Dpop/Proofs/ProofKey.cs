using System.Buffers.Text;
using System.Security.Cryptography;
using Keycloak.ApiProtection.Json;
using Keycloak.ApiProtection.Realms.Keys;
using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection.ProofOfPossession.Dpop.Proofs;

/// <summary>The public key in the header of a proof (<c>jwk</c>; RFC 7517, RFC 7518 section 6), before it is imported.</summary>
/// <remarks>
/// Only one spelling of a key is accepted: coordinates of the exact length, and numbers without leading zeros. So the thumbprint can be
/// calculated from the text, and each key has only one.
/// </remarks>
internal readonly ref struct ProofKey
{
    /// <summary>The length of a thumbprint in bytes.</summary>
    public const int ThumbprintSize = SHA256.HashSizeInBytes;

    private const int SmallestModulus = 2048;
    private const int LargestModulus = 4096;

    // The length of 4 bytes in base64url: the exponent is less than 2^32.
    private const int LongestExponent = 6;

    private ProofKey(SigningCurve? curve, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Curve = curve;
        First = first;
        Second = second;
    }

    /// <summary>Gets the curve. Null for an RSA key.</summary>
    public SigningCurve? Curve { get; }

    /// <summary>Gets the text of <c>x</c>, or of <c>n</c> for an RSA key.</summary>
    public ReadOnlySpan<byte> First { get; }

    /// <summary>Gets the text of <c>y</c>, or of <c>e</c> for an RSA key.</summary>
    public ReadOnlySpan<byte> Second { get; }

    /// <summary>
    /// Reads a key for an algorithm. <paramref name="problem"/> describes what is wrong with it; null if nothing is wrong.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> json, SigningAlgorithm algorithm, out ProofKey key, out string? problem)
    {
        key = default;
        JsonValue type = default, curve = default, x = default, y = default, modulus = default, exponent = default;
        Span<JsonMemberNames.Entry> seen = stackalloc JsonMemberNames.Entry[24];
        var reader = new JsonObjectReader(json, seen);
        while (reader.Read())
        {
            switch (reader.Name)
            {
                case [(byte)'k', (byte)'t', (byte)'y']:
                    type = reader.Value;
                    break;
                case [(byte)'c', (byte)'r', (byte)'v']:
                    curve = reader.Value;
                    break;
                case [(byte)'x']:
                    x = reader.Value;
                    break;
                case [(byte)'y']:
                    y = reader.Value;
                    break;
                case [(byte)'n']:
                    modulus = reader.Value;
                    break;
                case [(byte)'e']:
                    exponent = reader.Value;
                    break;
                case [(byte)'d'] or [(byte)'p'] or [(byte)'q'] or [(byte)'k'] or [(byte)'d', (byte)'p' or (byte)'q']
                    or [(byte)'q', (byte)'i'] or [(byte)'o', (byte)'t', (byte)'h']:
                    problem = "it contains a private member";
                    return false;
            }
        }

        problem = json.IsEmpty ? "it is missing or not an object" : reader.Problem;
        if (problem is null)
        {
            problem = algorithm.Curve is { } expected
                ? ReadEc(json, expected, type, curve, x, y, out key)
                : ReadRsa(json, type, modulus, exponent, out key);
        }

        return problem is null;
    }

    /// <summary>Writes the thumbprint (RFC 7638 section 3): the SHA-256 of the required members in the order of their names.</summary>
    public void WriteThumbprint(Span<byte> thumbprint)
    {
        // The longest is an RSA key of 4096 bits: 683 characters of "n".
        Span<byte> json = stackalloc byte[1024];
        var length = 0;
        if (Curve is not null)
        {
            Append(json, ref length, "{\"crv\":\""u8);
            Append(json, ref length, NameOf(Curve));
            Append(json, ref length, "\",\"kty\":\"EC\",\"x\":\""u8);
            Append(json, ref length, First);
            Append(json, ref length, "\",\"y\":\""u8);
            Append(json, ref length, Second);
        }
        else
        {
            Append(json, ref length, "{\"e\":\""u8);
            Append(json, ref length, Second);
            Append(json, ref length, "\",\"kty\":\"RSA\",\"n\":\""u8);
            Append(json, ref length, First);
        }

        Append(json, ref length, "\"}"u8);
        SHA256.HashData(json[..length], thumbprint);
    }

    /// <summary>
    /// Imports the key. Null if it is not a valid key. Only for keys that the realm has bound a token to, because it is expensive.
    /// </summary>
    public SigningKey? Import()
    {
        var (first, second) = (Base64Url.DecodeFromUtf8(First), Base64Url.DecodeFromUtf8(Second));
        if (Curve is null && RocaFingerprint.Has(first))
        {
            return null;
        }

        try
        {
            // Throws if the point is not on the curve.
            return Curve is not null
                ? new SigningKey(
                    string.Empty,
                    ECDsa.Create(new ECParameters { Curve = Curve.Parameters, Q = new ECPoint { X = first, Y = second } }),
                    Curve,
                    onlyAlgorithm: null,
                    thumbprint: [])
                : new SigningKey(
                    string.Empty,
                    RSA.Create(new RSAParameters { Modulus = first, Exponent = second }),
                    onlyAlgorithm: null,
                    thumbprint: []);
        }
        catch (Exception error) when (error is CryptographicException or PlatformNotSupportedException or ArgumentException)
        {
            return null;
        }
    }

    private static string? ReadEc(
        ReadOnlySpan<byte> json, SigningCurve expected, JsonValue type, JsonValue curve, JsonValue x, JsonValue y, out ProofKey key)
    {
        key = default;
        if (!IsText(type, json, "EC"u8) || !IsText(curve, json, NameOf(expected)))
        {
            return $"it is not an EC key on {expected.Name}";
        }

        var length = Base64Url.GetEncodedLength(expected.CoordinateLength);
        if (!IsNumber(x, json) || !IsNumber(y, json) || x.Length != length || y.Length != length)
        {
            return $"'x' and 'y' are not base64url of {expected.CoordinateLength} bytes";
        }

        key = new ProofKey(expected, x.Raw(json), y.Raw(json));
        return null;
    }

    private static string? ReadRsa(ReadOnlySpan<byte> json, JsonValue type, JsonValue modulus, JsonValue exponent, out ProofKey key)
    {
        key = default;
        if (!IsText(type, json, "RSA"u8))
        {
            return "it is not an RSA key";
        }

        if (!IsNumber(modulus, json) || !IsNumber(exponent, json) || exponent.Length > LongestExponent
            || modulus.Length > Base64Url.GetEncodedLength(LargestModulus / 8))
        {
            return $"'n' and 'e' are not base64url of at most {LargestModulus} and 32 bits";
        }

        Span<byte> buffer = stackalloc byte[(LargestModulus / 8) + 8];
        var number = CompactJws.Decode(modulus.Raw(json), buffer);
        if (number.IsEmpty || number[0] == 0 || (number[^1] & 1) == 0
            || (number.Length * 8) - byte.LeadingZeroCount(number[0]) is < SmallestModulus or > LargestModulus)
        {
            return $"'n' is not an odd number of {SmallestModulus} to {LargestModulus} bits without leading zeros";
        }

        // With e = 1, every message would be its own signature.
        Span<byte> small = stackalloc byte[8];
        var e = CompactJws.Decode(exponent.Raw(json), small);
        if (e.IsEmpty || e[0] == 0 || (e[^1] & 1) == 0 || (e.Length == 1 && e[0] == 1))
        {
            return "'e' is not an odd number of at least 3 without leading zeros";
        }

        key = new ProofKey(null, modulus.Raw(json), exponent.Raw(json));
        return null;
    }

    private static bool IsText(JsonValue value, ReadOnlySpan<byte> json, ReadOnlySpan<byte> text) =>
        value.Kind == JsonKind.String && !value.Escaped && value.Raw(json).SequenceEqual(text);

    private static bool IsNumber(JsonValue value, ReadOnlySpan<byte> json) =>
        value.Kind == JsonKind.String && !value.Escaped && CompactJws.IsPart(value.Raw(json));

    private static ReadOnlySpan<byte> NameOf(SigningCurve curve) =>
        ReferenceEquals(curve, SigningCurve.P256) ? "P-256"u8 : ReferenceEquals(curve, SigningCurve.P384) ? "P-384"u8 : "P-521"u8;

    private static void Append(Span<byte> json, ref int length, ReadOnlySpan<byte> text)
    {
        text.CopyTo(json[length..]);
        length += text.Length;
    }
}
