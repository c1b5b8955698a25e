using System.Buffers.Text;
using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Testing.Keys;

/// <summary>A key of the realm: signs compact JWS, and shows itself as a JWK where it has a public half.</summary>
internal abstract class SigningKey(string algorithm, string id) : IDisposable
{
    /// <summary>The JWA name of the algorithm that the key was made for.</summary>
    public string Algorithm { get; } = algorithm;

    /// <summary>The <c>kid</c>.</summary>
    public string Id { get; } = id;

    /// <summary>The public key as the JWKS lists it, or null for a secret one.</summary>
    public abstract JsonObject? ToJwk();

    /// <summary>The public key as SubjectPublicKeyInfo, or null where there is none.</summary>
    public virtual byte[]? PublicKey => null;

    public abstract byte[] Sign(ReadOnlySpan<byte> input);

    public abstract bool Verify(ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature);

    public abstract void Dispose();

    protected static string Encode(ReadOnlySpan<byte> value) => Base64Url.EncodeToString(value);
}
