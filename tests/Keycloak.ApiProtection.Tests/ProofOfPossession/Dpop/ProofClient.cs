using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession.Dpop;

/// <summary>A client's key pair, the access token that is bound to it, and its proofs.</summary>
internal sealed class ProofClient
{
    private static readonly Lazy<ProofClient> SharedRsa = new(() => new ProofClient(RSA.Create(2048)));

    private readonly RSA? _rsa;
    private readonly ECDsa? _ecdsa;
    private int _ids;

    private ProofClient(RSA rsa)
    {
        _rsa = rsa;
        var numbers = rsa.ExportParameters(includePrivateParameters: false);
        Jwk = new JsonObject
        {
            ["kty"] = "RSA",
            ["n"] = Base64Url.EncodeToString(numbers.Modulus!),
            ["e"] = Base64Url.EncodeToString(numbers.Exponent!),
        };
        Thumbprint = Hash($$"""{"e":"{{Jwk["e"]}}","kty":"RSA","n":"{{Jwk["n"]}}"}""");
    }

    private ProofClient(string curve)
    {
        _ecdsa = ECDsa.Create(SigningCurve.Find(curve)!.Parameters);
        var point = _ecdsa.ExportParameters(includePrivateParameters: false).Q;
        Jwk = new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = curve,
            ["x"] = Base64Url.EncodeToString(point.X!),
            ["y"] = Base64Url.EncodeToString(point.Y!),
        };
        Thumbprint = ThumbprintOf(Jwk);
    }

    public JsonObject Jwk { get; }

    public string Thumbprint { get; }

    /// <summary>The access token. Only its text matters to the proof.</summary>
    public string Token { get; init; } = $"eyJhbGciOiJSUzI1NiJ9.{new string('a', 900)}.c2lnbmF0dXJl";

    /// <summary>Creates the verified access token, bound to the key, as the cache of verified tokens keeps it.</summary>
    /// <param name="text">The token as it was sent; null for <see cref="Token"/>. Empty if the token is not cached.</param>
    /// <param name="confirmation">The value of <c>cnf</c>; null for the thumbprint of the key.</param>
    public AccessToken Verified(string? text = null, string? confirmation = null)
    {
        var json = $$"""{"iat":1,"exp":2,"cnf":{{confirmation ?? $$"""{"jkt":"{{Thumbprint}}"}"""}}}""";
        var payload = Encoding.UTF8.GetBytes(json);
        Assert.True(TokenClaims.TryRead(payload, out var claims, out _));
        Assert.True(SigningAlgorithm.TryGet("RS256", out var algorithm));
        var content = new AccessTokenClaims(payload, new KeycloakClaimsOptions(), "issuer");
        return new AccessToken(Encoding.ASCII.GetBytes(text ?? Token), claims, null!, algorithm, content);
    }

    public static ProofClient Ec(string curve = "P-256") => new(curve);

    /// <summary>A client with an RSA key, which all tests share because creating one is slow.</summary>
    public static ProofClient Rsa() => SharedRsa.Value;

    /// <summary>The thumbprint of an EC key (RFC 7638).</summary>
    public static string ThumbprintOf(JsonObject jwk) =>
        Hash($$"""{"crv":"{{jwk["crv"]}}","kty":"EC","x":"{{jwk["x"]}}","y":"{{jwk["y"]}}"}""");

    /// <summary>SHA-256 in base64url.</summary>
    public static string Hash(string text) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(text)));

    /// <summary>A good proof with an id of its own.</summary>
    public Proof Proof(DateTimeOffset now, string algorithm = "ES256") => new(
        this,
        new JsonObject { ["typ"] = "dpop+jwt", ["alg"] = algorithm, ["jwk"] = Jwk.DeepClone() },
        new JsonObject
        {
            ["jti"] = $"id-{Interlocked.Increment(ref _ids)}",
            ["htm"] = "GET",
            ["htu"] = "https://api.example.com/orders",
            ["iat"] = now.ToUnixTimeSeconds(),
            ["ath"] = Hash(Token),
        });

    public byte[] Sign(string algorithm, byte[] input)
    {
        if (!SigningAlgorithm.TryGet(algorithm, out var known))
        {
            return new byte[64];
        }

        return _rsa is not null && known.Padding is { } padding ? _rsa.SignData(input, known.Hash, padding)
            : _ecdsa is not null ? _ecdsa.SignData(input, known.Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
            : new byte[64];
    }

    public byte[] SignDer(byte[] input) => _ecdsa!.SignData(input, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
}
