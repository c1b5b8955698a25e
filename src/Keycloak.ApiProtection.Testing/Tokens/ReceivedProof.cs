using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Keys;

namespace Keycloak.ApiProtection.Testing.Tokens;

/// <summary>A DPoP proof (RFC 9449 section 4.2) that was sent to the realm and that is valid for the request.</summary>
/// <param name="Thumbprint">The proof key's JWK thumbprint (RFC 7638).</param>
/// <param name="Id">The proof's <c>jti</c>, which is valid for one request.</param>
/// <param name="AccessTokenHash">The claim <c>ath</c>; null if the proof has none.</param>
internal sealed record ReceivedProof(string Thumbprint, string Id, string? AccessTokenHash)
{
    /// <summary>Keycloak's description of a proof that cannot be read.</summary>
    public const string Unreadable = "DPoP header verification failure";

    /// <summary>Keycloak's 10 seconds, plus 15 seconds for clock differences. A proof of exactly 25 seconds is not accepted.</summary>
    private const long Lifetime = 25;

    /// <summary>How many seconds the clock of a client may be ahead.</summary>
    private const long ClockSkew = 15;

    /// <summary>
    /// Verifies that a proof is well-formed, belongs to the request, is current, and is signed by its own key, in the order of Keycloak.
    /// </summary>
    /// <returns>The proof, or Keycloak's description of what is wrong.</returns>
    public static (ReceivedProof? Proof, string? Error) Verify(string proof, string method, string url, DateTimeOffset now)
    {
        try
        {
            if (proof.Split('.') is not [var header, var payload, var signature]
                || Decode(header) is not JsonObject protectedHeader
                || Decode(payload) is not JsonObject claims
                || protectedHeader["jwk"] is not JsonObject key)
            {
                return (null, Unreadable);
            }

            var error = ErrorOf(protectedHeader, key);
            if (error is null && !IsSigned(header, payload, signature, key, Text(protectedHeader, "alg")!))
            {
                error = "DPoP verification failure: org.keycloak.exceptions.TokenSignatureInvalidException: Invalid token signature";
            }

            error ??= ErrorOf(claims, method, url, now);
            return error is null
                ? (new ReceivedProof(JwkThumbprint.Of(key), Text(claims, "jti")!, Text(claims, "ath")), null)
                : (null, error);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException or ArgumentException
            or CryptographicException)
        {
            return (null, Unreadable);
        }
    }

    private static string? ErrorOf(JsonObject header, JsonObject key) =>
        Text(header, "typ") != "dpop+jwt" ? $"Invalid or missing type in DPoP header: {Text(header, "typ")}"
        : Text(header, "alg") is not { Length: 5 } algorithm || algorithm[..2] is not ("ES" or "PS" or "RS")
            ? $"Unsupported DPoP algorithm: {Text(header, "alg")}"
        : key.ContainsKey("d") ? "Private key material must not be present in DPoP JWK"
        : null;

    private static string? ErrorOf(JsonObject claims, string method, string url, DateTimeOffset now)
    {
        if (Text(claims, "jti") is not { Length: > 0 }
            || Text(claims, "htm") is not { } requestMethod
            || Text(claims, "htu") is not { } requestUrl
            || claims["iat"] is not JsonValue iat)
        {
            return "DPoP mandatory claims are missing";
        }

        var age = now.ToUnixTimeSeconds() - iat.GetValue<long>();
        return requestMethod != method ? "DPoP HTTP method mismatch"
            : WithoutQuery(requestUrl) != WithoutQuery(url) ? "DPoP HTTP URL mismatch"
            : age is >= Lifetime or < -ClockSkew ? "DPoP proof is not active"
            : null;
    }

    /// <summary>Scheme and host are compared without case (<see cref="Uri"/> normalizes them); query and fragment are ignored.</summary>
    private static string WithoutQuery(string url) =>
        new Uri(url).GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    private static bool IsSigned(string header, string payload, string encodedSignature, JsonObject key, string algorithm)
    {
        var input = Encoding.ASCII.GetBytes($"{header}.{payload}");
        var signature = Base64Url.DecodeFromChars(encodedSignature);
        var hash = HashAlgorithms.Of(algorithm);
        switch (algorithm[0], Text(key, "kty"))
        {
            case ('E', "EC"):
                using (var ec = ECDsa.Create(new ECParameters
                {
                    Curve = Curve(Text(key, "crv")),
                    Q = new ECPoint { X = Bytes(key, "x"), Y = Bytes(key, "y") },
                }))
                {
                    return ec.VerifyData(input, signature, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
                }

            case ('R' or 'P', "RSA"):
                using (var rsa = RSA.Create(new RSAParameters { Modulus = Bytes(key, "n"), Exponent = Bytes(key, "e") }))
                {
                    return rsa.VerifyData(
                        input, signature, hash, algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
                }

            default:
                return false;
        }
    }

    private static ECCurve Curve(string? name) => name switch
    {
        "P-384" => ECCurve.NamedCurves.nistP384,
        "P-521" => ECCurve.NamedCurves.nistP521,
        _ => ECCurve.NamedCurves.nistP256,
    };

    private static JsonNode? Decode(string part) => JsonNode.Parse(Base64Url.DecodeFromChars(part));

    private static string? Text(JsonObject from, string name) =>
        from[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static byte[] Bytes(JsonObject from, string name) => Base64Url.DecodeFromChars(Text(from, name));
}
