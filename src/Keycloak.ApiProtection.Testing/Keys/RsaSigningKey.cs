using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Testing.Keys;

/// <summary>
/// RSA: RS256 to PS512 for signatures; RSA-OAEP as an encryption key in the JWK set (RFC 7518 sections 3.3, 3.5 and 4.3).
/// </summary>
internal sealed class RsaSigningKey : SigningKey
{
    private readonly RSA _rsa;
    private readonly byte[] _certificate;
    private readonly string _thumbprint;

    private RsaSigningKey(string algorithm, RSA rsa, byte[] publicKey, X509Certificate2 certificate)
        : base(algorithm, Encode(SHA256.HashData(publicKey)))
    {
        _rsa = rsa;
        PublicKey = publicKey;
        _certificate = certificate.RawData;
        _thumbprint = Encode(certificate.GetCertHash());
    }

    public override byte[] PublicKey { get; }

    public static RsaSigningKey Create(string algorithm, int bits, string realm, DateTimeOffset now)
    {
        var rsa = RSA.Create(bits);
        var name = new X500DistinguishedName($"CN=\"{realm.Replace("\"", "", StringComparison.Ordinal)}\"");
        var request = new CertificateRequest(name, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(now.AddMinutes(-2), now.AddYears(10));
        return new RsaSigningKey(algorithm, rsa, rsa.ExportSubjectPublicKeyInfo(), certificate);
    }

    public override JsonObject ToJwk()
    {
        var key = _rsa.ExportParameters(includePrivateParameters: false);
        return new JsonObject
        {
            ["kid"] = Id,
            ["kty"] = "RSA",
            ["alg"] = Algorithm,
            ["use"] = IsForEncryption ? "enc" : "sig",
            ["x5c"] = new JsonArray(Convert.ToBase64String(_certificate)),
            ["x5t"] = _thumbprint,
            ["x5t#S256"] = Encode(SHA256.HashData(_certificate)),
            ["n"] = Encode(key.Modulus),
            ["e"] = Encode(key.Exponent),
        };
    }

    public override byte[] Sign(ReadOnlySpan<byte> input) => _rsa.SignData(input, Hash, Padding);

    public override bool Verify(ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature) =>
        !IsForEncryption && _rsa.VerifyData(input, signature, Hash, Padding);

    public override void Dispose() => _rsa.Dispose();

    private bool IsForEncryption => Algorithm.StartsWith("RSA", StringComparison.Ordinal);

    private HashAlgorithmName Hash => HashAlgorithms.Of(Algorithm);

    private RSASignaturePadding Padding =>
        Algorithm.StartsWith("PS", StringComparison.Ordinal) ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
}
