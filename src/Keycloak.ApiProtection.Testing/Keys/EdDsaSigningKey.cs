using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Testing.Keys;

/// <summary>EdDSA with Ed25519 (RFC 8037). The arithmetic is implemented here because .NET does not support it.</summary>
internal sealed class EdDsaSigningKey : SigningKey
{
    /// <summary>The part of an Ed25519 SubjectPublicKeyInfo before the key's 32 bytes (RFC 8410 section 4).</summary>
    private static readonly byte[] KeyInfoPrefix = Convert.FromHexString("302a300506032b6570032100");

    private readonly byte[] _secret;
    private readonly byte[] _x;

    private EdDsaSigningKey(byte[] secret, byte[] x)
        : base("EdDSA", Encode(SHA256.HashData([.. KeyInfoPrefix, .. x])))
    {
        _secret = secret;
        _x = x;
    }

    public override byte[] PublicKey => [.. KeyInfoPrefix, .. _x];

    public static EdDsaSigningKey Create()
    {
        var secret = RandomNumberGenerator.GetBytes(Ed25519.KeySize);
        return new EdDsaSigningKey(secret, Ed25519.PublicKey(secret));
    }

    public override JsonObject ToJwk() => new()
    {
        ["kid"] = Id,
        ["kty"] = "OKP",
        ["alg"] = Algorithm,
        ["use"] = "sig",
        ["crv"] = "Ed25519",
        ["x"] = Encode(_x),
    };

    public override byte[] Sign(ReadOnlySpan<byte> input) => Ed25519.Sign(_secret, input);

    /// <summary>Verifies by signing again: the same message always results in the same signature (RFC 8032 section 5.1.6).</summary>
    public override bool Verify(ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature) =>
        CryptographicOperations.FixedTimeEquals(Sign(input), signature);

    public override void Dispose()
    {
    }
}
