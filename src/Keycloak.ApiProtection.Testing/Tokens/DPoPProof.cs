using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Keys;

namespace Keycloak.ApiProtection.Testing.Tokens;

/// <summary>A DPoP proof (RFC 9449 section 4.2) that was sent with a token request.</summary>
/// <param name="Thumbprint">The proof key's JWK thumbprint (RFC 7638).</param>
/// <param name="Id">The proof's <c>jti</c>, which is valid for one request.</param>
internal sealed record DPoPProof(string Thumbprint, string Id)
{
    /// <summary>The maximum age of a proof: Keycloak's 10 seconds, plus 15 seconds for clock differences.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(25);

    /// <summary>
    /// Returns null if the proof is malformed, belongs to another request, is not current, or is not signed by its own key.
    /// </summary>
    public static DPoPProof? Verify(string proof, string method, string url, DateTimeOffset now)
    {
        try
        {
            if (proof.Split('.') is not [var header, var payload, var signature]
                || Decode(header) is not JsonObject protectedHeader
                || Decode(payload) is not JsonObject claims
                || Text(protectedHeader, "typ") != "dpop+jwt"
                || Text(protectedHeader, "alg") is not { } algorithm
                || protectedHeader["jwk"] is not JsonObject key
                || key.ContainsKey("d")
                || Text(claims, "htm") != method
                || Text(claims, "htu") != url
                || Text(claims, "jti") is not { Length: > 0 } id
                || (now - IssuedAt(claims)).Duration() > Lifetime
                || !IsSigned(key, algorithm, Encoding.ASCII.GetBytes($"{header}.{payload}"), Base64Url.DecodeFromChars(signature)))
            {
                return null;
            }

            return new DPoPProof(ThumbprintOf(key), id);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException or ArgumentException
            or CryptographicException)
        {
            return null;
        }
    }

    private static bool IsSigned(JsonObject key, string algorithm, byte[] input, byte[] signature)
    {
        switch (algorithm, Text(key, "kty"))
        {
            case ("ES256" or "ES384" or "ES512", "EC"):
                using (var ec = ECDsa.Create(new ECParameters
                {
                    Curve = Curve(Text(key, "crv")),
                    Q = new ECPoint { X = Bytes(key, "x"), Y = Bytes(key, "y") },
                }))
                {
                    return ec.VerifyData(
                        input, signature, HashAlgorithms.Of(algorithm), DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
                }

            case (['R' or 'P', 'S', ..], "RSA"):
                using (var rsa = RSA.Create(new RSAParameters { Modulus = Bytes(key, "n"), Exponent = Bytes(key, "e") }))
                {
                    var padding = algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
                    return rsa.VerifyData(input, signature, HashAlgorithms.Of(algorithm), padding);
                }

            default:
                return false;
        }
    }

    private static DateTimeOffset IssuedAt(JsonObject claims) =>
        DateTimeOffset.FromUnixTimeSeconds((claims["iat"] ?? throw new FormatException()).GetValue<long>());

    private static ECCurve Curve(string? name) => name switch
    {
        "P-384" => ECCurve.NamedCurves.nistP384,
        "P-521" => ECCurve.NamedCurves.nistP521,
        _ => ECCurve.NamedCurves.nistP256,
    };

    /// <summary>RFC 7638 section 3: only the required members, ordered by name.</summary>
    private static string ThumbprintOf(JsonObject key)
    {
        string[] members = Text(key, "kty") == "RSA" ? ["e", "kty", "n"] : ["crv", "kty", "x", "y"];
        var required = new JsonObject(members.Select(name => KeyValuePair.Create(name, key[name]?.DeepClone())));
        return Base64Url.EncodeToString(SHA256.HashData(CompactJws.Write(required)));
    }

    private static JsonNode? Decode(string part) => JsonNode.Parse(Base64Url.DecodeFromChars(part));

    private static string? Text(JsonObject from, string name) =>
        from[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static byte[] Bytes(JsonObject from, string name) => Base64Url.DecodeFromChars(Text(from, name));
}
