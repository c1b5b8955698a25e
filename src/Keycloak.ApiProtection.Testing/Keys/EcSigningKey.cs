using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Testing.Keys;

/// <summary>ECDSA on P-256, P-384 and P-521 (RFC 7518 section 3.4).</summary>
internal sealed class EcSigningKey : SigningKey
{
    private readonly ECDsa _key;

    private EcSigningKey(string algorithm, ECDsa key, byte[] publicKey)
        : base(algorithm, Encode(SHA256.HashData(publicKey)))
    {
        _key = key;
        PublicKey = publicKey;
    }

    public override byte[] PublicKey { get; }

    public static EcSigningKey Create(string algorithm)
    {
        var key = ECDsa.Create(algorithm switch
        {
            "ES384" => ECCurve.NamedCurves.nistP384,
            "ES512" => ECCurve.NamedCurves.nistP521,
            _ => ECCurve.NamedCurves.nistP256,
        });
        return new EcSigningKey(algorithm, key, key.ExportSubjectPublicKeyInfo());
    }

    public override JsonObject ToJwk()
    {
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        return new JsonObject
        {
            ["kid"] = Id,
            ["kty"] = "EC",
            ["alg"] = Algorithm,
            ["use"] = "sig",
            ["crv"] = Algorithm switch { "ES384" => "P-384", "ES512" => "P-521", _ => "P-256" },
            ["x"] = Encode(point.X),
            ["y"] = Encode(point.Y),
        };
    }

    public override byte[] Sign(ReadOnlySpan<byte> input) =>
        _key.SignData(input, HashAlgorithms.Of(Algorithm), DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    public override bool Verify(ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature) =>
        _key.VerifyData(input, signature, HashAlgorithms.Of(Algorithm), DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    public override void Dispose() => _key.Dispose();
}
