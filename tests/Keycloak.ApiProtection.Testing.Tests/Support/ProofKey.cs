using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Keycloak.ApiProtection.Testing.Tests.Support;

/// <summary>A client's key, which signs DPoP proofs (RFC 9449 section 4.2).</summary>
internal sealed class ProofKey : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Thumbprint
    {
        get
        {
            var jwk = $$"""{"crv":"P-256","kty":"EC","x":"{{X}}","y":"{{Y}}"}""";
            return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(jwk)));
        }
    }

    private string X => Base64Url.EncodeToString(_key.ExportParameters(false).Q.X);

    private string Y => Base64Url.EncodeToString(_key.ExportParameters(false).Q.Y);

    public string Proof(KeycloakRealm realm, string method = "POST", string? url = null, DateTimeOffset? at = null)
    {
        var header = $$$"""{"alg":"ES256","typ":"dpop+jwt","jwk":{"kty":"EC","crv":"P-256","x":"{{{X}}}","y":"{{{Y}}}"}}""";
        var time = (at ?? TimeProvider.System.GetUtcNow()).ToUnixTimeSeconds();
        url ??= realm.Issuer + "/protocol/openid-connect/token";
        var payload = $$"""{"jti":"{{Guid.NewGuid()}}","htm":"{{method}}","htu":"{{url}}","iat":{{time}}}""";
        var input = $"{Encode(header)}.{Encode(payload)}";
        return $"{input}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256))}";
    }

    public void Dispose() => _key.Dispose();

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
