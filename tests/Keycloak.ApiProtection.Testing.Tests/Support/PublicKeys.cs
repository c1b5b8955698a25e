using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Testing.Tests.Support;

/// <summary>Verifies signatures as an API does, with the keys in the JWK set.</summary>
internal static class PublicKeys
{
    public static async Task<bool> VerifyAsync(RealmCaller caller, string token)
    {
        var decoded = Decoded.Of(token);
        var keys = (await caller.KeysAsync()).Json["keys"]!.AsArray();
        var key = keys.SingleOrDefault(key => (string?)key!["kid"] == (string?)decoded.Header["kid"]);
        return key is not null && Verify(key, (string)decoded.Header["alg"]!, token);
    }

    private static bool Verify(JsonNode key, string algorithm, string token)
    {
        var dot = token.LastIndexOf('.');
        var input = Encoding.ASCII.GetBytes(token, 0, dot);
        var signature = Base64Url.DecodeFromChars(token.AsSpan(dot + 1));
        var hash = algorithm[^3..] switch
        {
            "384" => HashAlgorithmName.SHA384,
            "512" => HashAlgorithmName.SHA512,
            _ => HashAlgorithmName.SHA256,
        };
        byte[] Bytes(string name) => Base64Url.DecodeFromChars((string)key[name]!);
        if ((string?)key["alg"] != algorithm || (string?)key["use"] != "sig")
        {
            return false;
        }

        switch ((string)key["kty"]!)
        {
            case "EC":
                var curve = (string)key["crv"]! switch
                {
                    "P-384" => ECCurve.NamedCurves.nistP384,
                    "P-521" => ECCurve.NamedCurves.nistP521,
                    _ => ECCurve.NamedCurves.nistP256,
                };
                using (var ec = ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = Bytes("x"), Y = Bytes("y") } }))
                {
                    return ec.VerifyData(input, signature, hash);
                }

            default:
                using (var rsa = RSA.Create(new RSAParameters { Modulus = Bytes("n"), Exponent = Bytes("e") }))
                {
                    var padding = algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
                    return rsa.VerifyData(input, signature, hash, padding);
                }
        }
    }
}
