using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Testing.Keys;

/// <summary>
/// An Ed25519 entry of the JWKS (RFC 8037). It is only shown: .NET has no Ed25519, so the embedded realm cannot sign with it, and the point
/// is 32 random bytes.
/// </summary>
internal sealed class EdDsaKey(string id) : SigningKey("EdDSA", id)
{
    private readonly byte[] _x = RandomNumberGenerator.GetBytes(32);

    public static EdDsaKey Create() => new(Encode(RandomNumberGenerator.GetBytes(32)));

    public override JsonObject ToJwk() => new()
    {
        ["kid"] = Id,
        ["kty"] = "OKP",
        ["alg"] = Algorithm,
        ["use"] = "sig",
        ["crv"] = "Ed25519",
        ["x"] = Encode(_x),
    };

    public override byte[] Sign(ReadOnlySpan<byte> input) => throw new NotSupportedException("The embedded realm cannot sign with EdDSA: .NET has no Ed25519.");

    public override bool Verify(ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature) => false;

    public override void Dispose()
    {
    }
}
