using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Claims.Marks;

/// <summary>How names become keys of the revocation log.</summary>
/// <remarks>
/// A process alone uses <see cref="Local"/>, which costs some ten nanoseconds for each name. Processes that share a journal use
/// <see cref="Shared"/>: they must compute the same hash, so its key cannot be a secret of one process, and the hash must be one for which
/// nobody can choose two names that collide.
/// </remarks>
internal sealed class NameHash
{
    // Longer than a subject and an issuer of a usual length together, so that nothing is rented for them.
    private const int UsualLength = 512;

    private readonly bool _isShared;

    private NameHash(bool isShared) => _isShared = isShared;

    /// <summary>
    /// Gets the hash of a process alone: SipHash with a secret key. The issuer does not matter, because a log has one realm.
    /// </summary>
    public static NameHash Local { get; } = new(isShared: false);

    /// <summary>
    /// Gets the hash of processes that share a journal: the first 128 bits of SHA-256 over the kind, the issuer and the name.
    /// </summary>
    public static NameHash Shared { get; } = new(isShared: true);

    /// <summary>Gets whether other processes compute the same hash.</summary>
    public bool IsShared => _isShared;

    /// <summary>Returns the hash of a name, or no name if the name is null or empty.</summary>
    public HashedName Of(RevocationKind kind, string issuer, string? name) =>
        string.IsNullOrEmpty(name) ? default
        : _isShared ? Hash(kind, Encoding.UTF8.GetBytes(issuer), Encoding.UTF8.GetBytes(name))
        : new HashedName(RevocationKey.Of(kind, name), 0);

    /// <summary>Returns the key for a claim of a payload; zero if the claim is absent or empty.</summary>
    public ulong KeyOf(RevocationKind kind, ReadOnlySpan<byte> json, JsonValue issuer, JsonValue claim) =>
        !_isShared ? RevocationKey.Of(kind, json, claim)
        : claim.Kind != JsonKind.String || claim.Length == 0 ? 0
        : issuer.Escaped || claim.Escaped ? Of(kind, issuer.Text(json) ?? string.Empty, claim.Text(json)).Key
        : Hash(kind, issuer.Raw(json), claim.Raw(json)).Key;

    // The bytes are: the kind, the issuer, zero, the name. An issuer has no zero, so two different triples never have the same bytes.
    private static HashedName Hash(RevocationKind kind, ReadOnlySpan<byte> issuer, ReadOnlySpan<byte> name)
    {
        var length = issuer.Length + name.Length + 2;
        var rented = length > UsualLength ? ArrayPool<byte>.Shared.Rent(length) : null;
        var text = rented is null ? stackalloc byte[UsualLength] : rented;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        text[0] = (byte)kind;
        issuer.CopyTo(text[1..]);
        text[issuer.Length + 1] = 0;
        name.CopyTo(text[(issuer.Length + 2)..]);
        SHA256.HashData(text[..length], hash);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        // A key of zero would mean "no name".
        return new HashedName(Math.Max(1, BinaryPrimitives.ReadUInt64BigEndian(hash)), BinaryPrimitives.ReadUInt64BigEndian(hash[8..]));
    }
}
