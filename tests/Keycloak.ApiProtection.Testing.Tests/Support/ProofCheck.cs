using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Keycloak.ApiProtection.Testing.Tests.Support;

/// <summary>
/// Checks a DPoP proof as RFC 9449 section 4.3 says, with the cryptography of .NET and without any code of the package. All checks are
/// made, so that a test can assert that a proof is wrong in exactly one way.
/// </summary>
internal static class ProofCheck
{
    private static readonly string[] PrivateMembers = ["d", "p", "q", "dp", "dq", "qi"];

    /// <returns>The names of the checks that failed.</returns>
    public static IReadOnlyList<string> Faults(
        string proof, string method, string url, DateTimeOffset now, string thumbprint, string? accessToken = null, string? nonce = null)
    {
        var parts = proof.Split('.');
        Assert.Equal(3, parts.Length);
        using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0]));
        using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
        var claims = payload.RootElement;
        var key = header.RootElement.GetProperty("jwk");
        var age = now.ToUnixTimeSeconds() - (Number(claims, "iat") ?? 0);
        var ath = accessToken is null ? null : Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)));
        (string Check, bool Passed)[] checks =
        [
            ("typ", Text(header.RootElement, "typ") == "dpop+jwt"),
            ("header", header.RootElement.EnumerateObject().Select(member => member.Name).Order().SequenceEqual(["alg", "jwk", "typ"])),
            ("private key", !PrivateMembers.Any(name => key.TryGetProperty(name, out _))),
            ("jti", Text(claims, "jti") is { Length: > 0 }),
            ("htm", Text(claims, "htm") == method),
            ("htu", Text(claims, "htu") == url),
            ("iat", age is >= 0 and <= 10),
            ("ath", Text(claims, "ath") == ath),
            ("nonce", Text(claims, "nonce") == nonce),
            ("thumbprint", Thumbprint(key) == thumbprint),
            ("signature", IsSigned(key, Text(header.RootElement, "alg"), $"{parts[0]}.{parts[1]}", Base64Url.DecodeFromChars(parts[2]))),
        ];
        return [.. checks.Where(check => !check.Passed).Select(check => check.Check)];
    }

    private static string Thumbprint(JsonElement key)
    {
        var text = Text(key, "kty") == "EC"
            ? $$"""{"crv":"{{Text(key, "crv")}}","kty":"EC","x":"{{Text(key, "x")}}","y":"{{Text(key, "y")}}"}"""
            : $$"""{"e":"{{Text(key, "e")}}","kty":"RSA","n":"{{Text(key, "n")}}"}""";
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private static bool IsSigned(JsonElement key, string? algorithm, string input, byte[] signature)
    {
        var signed = Encoding.ASCII.GetBytes(input);
        byte[] Bytes(string name) => Base64Url.DecodeFromChars(Text(key, name));
        if ((algorithm, Text(key, "crv")) is ("ES256", "P-256") or ("ES384", "P-384") or ("ES512", "P-521"))
        {
            var (curve, hash) = algorithm switch
            {
                "ES256" => (ECCurve.NamedCurves.nistP256, HashAlgorithmName.SHA256),
                "ES384" => (ECCurve.NamedCurves.nistP384, HashAlgorithmName.SHA384),
                _ => (ECCurve.NamedCurves.nistP521, HashAlgorithmName.SHA512),
            };
            using var ec = ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = Bytes("x"), Y = Bytes("y") } });
            return ec.VerifyData(signed, signature, hash);
        }

        if (Text(key, "kty") == "RSA" && algorithm is "RS256" or "RS384" or "RS512" or "PS256" or "PS384" or "PS512")
        {
            using var rsa = RSA.Create(new RSAParameters { Modulus = Bytes("n"), Exponent = Bytes("e") });
            return rsa.VerifyData(
                signed,
                signature,
                new HashAlgorithmName($"SHA{algorithm[2..]}"),
                algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
        }

        return false;
    }

    private static string? Text(JsonElement from, string name) =>
        from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement from, string name) =>
        from.TryGetProperty(name, out var value) && value.TryGetInt64(out var number) ? number : null;
}
