using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.ClientAuthentication;

/// <summary>
/// The client's private key, read from PEM text (RFC 7468) or a JWK (RFC 7517): RSA of 2048 bits or more, or EC on P-256, P-384 or P-521.
/// </summary>
internal sealed class ClientKey
{
    private const int LeastRsaBits = 2048;

    private readonly RSA? _rsa;
    private readonly ECDsa? _ec;

    private ClientKey(RSA? rsa, ECDsa? ec, SigningAlgorithm algorithm, string? id)
    {
        _rsa = rsa;
        _ec = ec;
        Algorithm = algorithm;
        Id = id;
    }

    /// <summary>The algorithm that this key signs with.</summary>
    public SigningAlgorithm Algorithm { get; }

    /// <summary>The <c>kid</c> in the header of an assertion; null for none.</summary>
    public string? Id { get; }

    /// <summary>Reads a key. <paramref name="problem"/> says what is wrong with it and contains nothing of the key.</summary>
    public static bool TryRead(
        KeycloakClientCredentials credentials, [NotNullWhen(true)] out ClientKey? key, [NotNullWhen(false)] out string? problem)
    {
        key = null;
        problem = "is neither an unencrypted PEM private key nor a JWK with its private members";
        RSA? rsa = null;
        ECDsa? ec = null;
        string? id = null;
        var algorithm = credentials.Algorithm;
        try
        {
            var text = credentials.Key!.Trim();
            if (text.StartsWith('{'))
            {
                using var jwk = JsonDocument.Parse(text);
                ReadJwk(jwk.RootElement, out rsa, out ec);
                id = RealmJson.String(jwk.RootElement, "kid");
                algorithm ??= RealmJson.String(jwk.RootElement, "alg");
            }
            else
            {
                ReadPem(text, out rsa, out ec);
            }
        }
        catch (Exception error)
            when (error is CryptographicException or JsonException or FormatException or ArgumentException or InvalidOperationException)
        {
            return false;
        }

        if (rsa is null && ec is null)
        {
            return false;
        }

        return TryFit(rsa, ec, algorithm, out var fitting, out problem)
            && (key = new ClientKey(rsa, ec, fitting, credentials.KeyId ?? id)) is not null;
    }

    /// <summary>Signs the data. An ES* signature is the concatenation of r and s (RFC 7518 section 3.4).</summary>
    public byte[] Sign(byte[] data) => _rsa is not null
        ? _rsa.SignData(data, Algorithm.Hash, Algorithm.Padding!)
        : _ec!.SignData(data, Algorithm.Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    private static bool TryFit(
        RSA? rsa,
        ECDsa? ec,
        string? wanted,
        [NotNullWhen(true)] out SigningAlgorithm? algorithm,
        [NotNullWhen(false)] out string? problem)
    {
        var name = wanted ?? (rsa is not null ? "RS256" : ec!.KeySize switch { 256 => "ES256", 384 => "ES384", _ => "ES512" });
        problem = !SigningAlgorithm.TryGet(name, out algorithm) ? "names an algorithm that is not RS, PS or ES with 256, 384 or 512"
            : rsa is not null && algorithm.Family == SigningFamily.Ecdsa ? $"is an RSA key, which cannot sign {algorithm.Name}"
            : rsa is not null && rsa.KeySize < LeastRsaBits ? $"is an RSA key of less than {LeastRsaBits} bits"
            : ec is not null && algorithm.Family != SigningFamily.Ecdsa ? $"is an EC key, which cannot sign {algorithm.Name}"
            : ec is not null && algorithm.SignatureLength != 2 * ((ec.KeySize + 7) / 8)
                ? $"is on a different curve than {algorithm.Name} requires"
            : null;
        return problem is null;
    }

    private static void ReadPem(string text, out RSA? rsa, out ECDsa? ec)
    {
        rsa = null;
        ec = null;
        if (!PemEncoding.TryFind(text, out var found) || !text.AsSpan(found.Label).EndsWith("PRIVATE KEY", StringComparison.Ordinal))
        {
            return;
        }

        if (!text.AsSpan(found.Label).StartsWith("EC ", StringComparison.Ordinal))
        {
            var candidate = RSA.Create();
            try
            {
                candidate.ImportFromPem(text);
                rsa = candidate;
                return;
            }
            catch (CryptographicException)
            {
                // The PEM label of PKCS#8 does not name the key type, so this may be an EC key.
                candidate.Dispose();
            }
        }

        ec = ECDsa.Create();
        ec.ImportFromPem(text);
    }

    private static void ReadJwk(JsonElement jwk, out RSA? rsa, out ECDsa? ec)
    {
        rsa = null;
        ec = null;
        byte[] Bytes(string name) => Base64Url.DecodeFromChars(RealmJson.String(jwk, name) ?? throw new FormatException());
        switch (RealmJson.String(jwk, "kty"))
        {
            case "RSA":
                rsa = RSA.Create(new RSAParameters
                {
                    Modulus = Bytes("n"),
                    Exponent = Bytes("e"),
                    D = Bytes("d"),
                    P = Bytes("p"),
                    Q = Bytes("q"),
                    DP = Bytes("dp"),
                    DQ = Bytes("dq"),
                    InverseQ = Bytes("qi"),
                });
                break;
            case "EC":
                ec = ECDsa.Create(new ECParameters
                {
                    Curve = RealmJson.String(jwk, "crv") switch
                    {
                        "P-256" => ECCurve.NamedCurves.nistP256,
                        "P-384" => ECCurve.NamedCurves.nistP384,
                        "P-521" => ECCurve.NamedCurves.nistP521,
                        _ => throw new FormatException(),
                    },
                    Q = new ECPoint { X = Bytes("x"), Y = Bytes("y") },
                    D = Bytes("d"),
                });
                break;
        }
    }
}
