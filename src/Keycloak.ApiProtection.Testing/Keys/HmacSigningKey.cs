using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Testing.Keys;

/// <summary>The realm's secret for tokens that only Keycloak reads: refresh, offline and action tokens (RFC 7518 section 3.2).</summary>
internal sealed class HmacSigningKey(string algorithm, string id, byte[] secret) : SigningKey(algorithm, id)
{
    public static HmacSigningKey Create(string algorithm) => new(algorithm, Guid.NewGuid().ToString(), RandomNumberGenerator.GetBytes(128));

    public override JsonObject? ToJwk() => null;

    public override byte[] Sign(ReadOnlySpan<byte> input) => HashAlgorithms.Of(Algorithm) switch
    {
        { Name: "SHA256" } => HMACSHA256.HashData(secret, input),
        { Name: "SHA384" } => HMACSHA384.HashData(secret, input),
        _ => HMACSHA512.HashData(secret, input),
    };

    public override bool Verify(ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature) =>
        CryptographicOperations.FixedTimeEquals(Sign(input), signature);

    public override void Dispose()
    {
    }
}
