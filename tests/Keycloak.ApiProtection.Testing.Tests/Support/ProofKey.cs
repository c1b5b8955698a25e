using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Keycloak.ApiProtection.Testing.Tests.Support;

/// <summary>A client's key that signs DPoP proofs (RFC 9449 section 4.2).</summary>
internal sealed class ProofKey : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Thumbprint => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{X}}","y":"{{Y}}"}""")));

    private string X => Base64Url.EncodeToString(_key.ExportParameters(false).Q.X);

    private string Y => Base64Url.EncodeToString(_key.ExportParameters(false).Q.Y);

    public string Proof(KeycloakRealm realm, string method = "POST", string? url = null, DateTimeOffset? at = null)
    {
        var header = $$"""{"alg":"ES256","typ":"dpop+jwt","jwk":{"kty":"EC","crv":"P-256","x":"{{X}}","y":"{{Y}}"}}""";
        var time = (at ?? TimeProvider.System.GetUtcNow()).ToUnixTimeSeconds();
        url ??= realm.Issuer + "/protocol/openid-connect/token";
        var payload = $$"""{"jti":"{{Guid.NewGuid()}}","htm":"{{method}}","htu":"{{url}}","iat":{{time}}}""";
        var input = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}";
        return $"{input}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256))}";
    }

    public void Dispose() => _key.Dispose();
}
