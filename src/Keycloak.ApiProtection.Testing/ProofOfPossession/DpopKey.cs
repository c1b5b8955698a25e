using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Keys;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing;

/// <summary>
/// A key of a client, which signs DPoP proofs (RFC 9449). A token that is bound to this key is accepted only with such a proof.
/// </summary>
/// <remarks>All members are thread-safe. The private key stays in memory.</remarks>
public sealed class DpopKey : IDisposable
{
    private readonly AsymmetricAlgorithm _key;

    private DpopKey(string algorithm, AsymmetricAlgorithm key, TimeProvider time)
    {
        Algorithm = algorithm;
        _key = key;
        Time = time;
        Thumbprint = JwkThumbprint.Of(ToJwk(includePrivateMembers: false));
    }

    /// <summary>The JWA name of the signature algorithm, for example <c>ES256</c>.</summary>
    public string Algorithm { get; }

    /// <summary>The JWK SHA-256 thumbprint (RFC 7638), base64url-encoded: <c>cnf.jkt</c> of a token that is bound to this key.</summary>
    public string Thumbprint { get; }

    /// <summary>The public key as a JSON Web Key (RFC 7517), as in the header <c>jwk</c> of a proof.</summary>
    public string PublicJwk => ToJwk(includePrivateMembers: false).ToJsonString();

    internal TimeProvider Time { get; }

    /// <summary>Creates a new key. <see cref="KeycloakRealm.Dpop"/> creates one with the clock of a realm.</summary>
    /// <param name="algorithm">
    /// The signature algorithm: ES, PS or RS with 256, 384 or 512. <c>ES256</c> by default. An RSA key has 2,048 bits.
    /// </param>
    /// <param name="timeProvider">The clock for <c>iat</c>; null for the clock of the system.</param>
    /// <exception cref="ArgumentException"><paramref name="algorithm"/> is not one of these.</exception>
    public static DpopKey Create(string algorithm = "ES256", TimeProvider? timeProvider = null)
    {
        AsymmetricAlgorithm key = algorithm switch
        {
            "ES256" => ECDsa.Create(ECCurve.NamedCurves.nistP256),
            "ES384" => ECDsa.Create(ECCurve.NamedCurves.nistP384),
            "ES512" => ECDsa.Create(ECCurve.NamedCurves.nistP521),
            "PS256" or "PS384" or "PS512" or "RS256" or "RS384" or "RS512" => RSA.Create(2048),
            _ => throw new ArgumentException(
                $"DPoP proofs cannot be signed with '{algorithm}'. Use ES256, ES384, ES512, PS256, PS384, PS512, RS256, RS384 or RS512.",
                nameof(algorithm)),
        };
        return new DpopKey(algorithm, key, timeProvider ?? TimeProvider.System);
    }

    /// <summary>Starts building a proof for one request (RFC 9449 section 4.2).</summary>
    /// <param name="method">The HTTP method: the claim <c>htm</c>.</param>
    /// <param name="url">The absolute URL of the request. The claim <c>htu</c> is this URL without query and fragment.</param>
    /// <exception cref="ArgumentException"><paramref name="url"/> is relative.</exception>
    public DpopProofBuilder Proof(HttpMethod method, Uri url)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(url);
        if (!url.IsAbsoluteUri)
        {
            throw new ArgumentException($"'{url}' is relative. A proof contains the absolute URL of the request.", nameof(url));
        }

        var withoutQuery = url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        return new DpopProofBuilder(this, method.Method, withoutQuery);
    }

    /// <summary>Deletes the private key.</summary>
    public void Dispose() => _key.Dispose();

    internal JsonObject ToJwk(bool includePrivateMembers)
    {
        if (_key is ECDsa ec)
        {
            var parameters = ec.ExportParameters(includePrivateMembers);
            var jwk = new JsonObject
            {
                ["kty"] = "EC",
                ["crv"] = Algorithm switch { "ES384" => "P-384", "ES512" => "P-521", _ => "P-256" },
                ["x"] = Encode(parameters.Q.X),
                ["y"] = Encode(parameters.Q.Y),
            };
            return includePrivateMembers ? With(jwk, ("d", parameters.D)) : jwk;
        }

        var rsa = ((RSA)_key).ExportParameters(includePrivateMembers);
        var publicJwk = new JsonObject { ["kty"] = "RSA", ["n"] = Encode(rsa.Modulus), ["e"] = Encode(rsa.Exponent) };
        return includePrivateMembers
            ? With(publicJwk, ("d", rsa.D), ("p", rsa.P), ("q", rsa.Q), ("dp", rsa.DP), ("dq", rsa.DQ), ("qi", rsa.InverseQ))
            : publicJwk;
    }

    internal byte[] Sign(ReadOnlySpan<byte> input)
    {
        var hash = HashAlgorithms.Of(Algorithm);
        return _key is ECDsa ec
            ? ec.SignData(input, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
            : ((RSA)_key).SignData(input, hash, Algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
    }

    /// <summary>Signs with the public key, in PEM format, as the secret: the algorithm confusion attack (RFC 8725 section 2.1).</summary>
    internal byte[] SignWithHmacOfPublicKey(ReadOnlySpan<byte> input) =>
        HMACSHA256.HashData(Encoding.ASCII.GetBytes(_key.ExportSubjectPublicKeyInfoPem()), input);

    private static JsonObject With(JsonObject jwk, params ReadOnlySpan<(string Name, byte[]? Value)> members)
    {
        foreach (var (name, value) in members)
        {
            jwk[name] = Encode(value);
        }

        return jwk;
    }

    private static string Encode(byte[]? value) => Base64Url.EncodeToString(value);
}
