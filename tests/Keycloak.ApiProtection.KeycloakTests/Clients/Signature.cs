using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Keycloak.ApiProtection.KeycloakTests.Clients;

/// <summary>Verifies a token's signature with .NET only, independently of the library under test.</summary>
internal static class Signature
{
    public static bool Verifies(Jwt token, JsonElement key)
    {
        switch (token.Algorithm)
        {
            case "RS256" or "PS256":
                using (var rsa = RSA.Create(new RSAParameters { Modulus = Bytes(key, "n"), Exponent = Bytes(key, "e") }))
                {
                    var padding = token.Algorithm == "RS256" ? RSASignaturePadding.Pkcs1 : RSASignaturePadding.Pss;
                    return rsa.VerifyData(token.SignedBytes(), token.Signature(), HashAlgorithmName.SHA256, padding);
                }

            case "ES256":
                var point = new ECPoint { X = Bytes(key, "x"), Y = Bytes(key, "y") };
                using (var ecdsa = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point }))
                {
                    return ecdsa.VerifyData(token.SignedBytes(), token.Signature(), HashAlgorithmName.SHA256);
                }

            default:
                throw new NotSupportedException($"{token.Algorithm} is not supported here.");
        }
    }

    private static byte[] Bytes(JsonElement key, string member) => Base64Url.DecodeFromChars(key.GetProperty(member).GetString());
}
