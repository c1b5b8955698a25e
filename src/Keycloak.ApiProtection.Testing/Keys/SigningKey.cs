using System.Buffers.Text;
using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Testing.Keys;

/// <summary>A key of the realm, which signs compact JWS. Asymmetric keys can be written as a JWK.</summary>
internal abstract class SigningKey(string algorithm, string id) : IDisposable
{
    /// <summary>The JWA name of the key's algorithm.</summary>
    public string Algorithm { get; } = algorithm;

    /// <summary>The <c>kid</c>.</summary>
    public string Id { get; } = id;

    /// <summary>The public key as in the JWK set; null for a secret key.</summary>
    public abstract JsonObject? ToJwk();

    /// <summary>The public key as SubjectPublicKeyInfo; null for a secret key.</summary>
    public virtual byte[]? PublicKey => null;

    public abstract byte[] Sign(ReadOnlySpan<byte> input);

    public abstract bool Verify(ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature);

    public abstract void Dispose();

    protected static string Encode(ReadOnlySpan<byte> value) => Base64Url.EncodeToString(value);
}
