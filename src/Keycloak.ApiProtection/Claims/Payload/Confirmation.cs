using System.Buffers.Text;
using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Claims.Payload;

/// <summary>What an access token is bound to (<c>cnf</c>): a client's key, a client's certificate, or both.</summary>
/// <remarks>
/// RFC 7800 section 3.1, RFC 9449 section 6.1, RFC 8705 section 3.1. A token with both owes both proofs. Keycloak also writes
/// <c>kc-jkt-type</c>, which has no effect. Any other member is a method that is not known, so its proof cannot be checked. Immutable
/// except for <see cref="TokenHash"/>, which is not part of the comparison.
/// </remarks>
/// <param name="KeyThumbprint"><c>jkt</c>: the RFC 7638 thumbprint of the DPoP key, 43 characters; null if there is none.</param>
/// <param name="CertificateThumbprint">
/// <c>x5t#S256</c>: the SHA-256 of the certificate's DER, 43 characters; null if there is none.
/// </param>
internal sealed record Confirmation(string? KeyThumbprint, string? CertificateThumbprint)
{
    /// <summary>The length of a SHA-256 in base64url.</summary>
    public const int ThumbprintLength = 43;

    private const int ThumbprintSize = 32;

    /// <summary>Size in bytes on a 64-bit machine: this object and its strings, rounded up.</summary>
    private const int ObjectSize = 40;

    private const int StringSize = 112;

    private byte[]? _tokenHash;

    /// <summary>The size of a token's binding to a key and a certificate.</summary>
    public const int LargestSize = ObjectSize + (2 * StringSize);

    /// <summary>Gets the size in bytes, for the limit of the cache of verified tokens.</summary>
    public int Size =>
        ObjectSize + (KeyThumbprint is null ? 0 : StringSize) + (CertificateThumbprint is null ? 0 : StringSize);

    /// <summary>
    /// Gets or sets the SHA-256 of the text of the one token that was read with this object, in base64url. Null if it is not kept. It must
    /// not be changed afterward. It is stored here because other tokens do not need it.
    /// </summary>
    public byte[]? TokenHash
    {
        get => Volatile.Read(ref _tokenHash);
        set => Volatile.Write(ref _tokenHash, value);
    }

    /// <summary>Returns whether both bind a token to the same key and the same certificate.</summary>
    public bool Equals(Confirmation? other) =>
        other is not null
        && string.Equals(KeyThumbprint, other.KeyThumbprint, StringComparison.Ordinal)
        && string.Equals(CertificateThumbprint, other.CertificateThumbprint, StringComparison.Ordinal);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(KeyThumbprint, CertificateThumbprint);

    /// <summary>
    /// Reads the <c>cnf</c> of a token or of an introspection response. Null if it has none, or one that <see cref="Check"/> rejects.
    /// </summary>
    public static Confirmation? Of(in TokenClaims claims) =>
        claims.Confirmation.Exists && Read(claims, out var key, out var certificate) == ConfirmationProblem.None
            ? new(key.Text(claims.Confirmation.Raw(claims.Json)), certificate.Text(claims.Confirmation.Raw(claims.Json)))
            : null;

    /// <summary>Returns why <c>cnf</c> cannot be used, or that there is no problem with it, or no <c>cnf</c>. Does not allocate.</summary>
    /// <param name="claims">The claims.</param>
    /// <param name="hasKey">Whether <c>cnf</c> names a DPoP key.</param>
    public static ConfirmationProblem Check(in TokenClaims claims, out bool hasKey)
    {
        hasKey = false;
        if (!claims.Confirmation.Exists)
        {
            return ConfirmationProblem.None;
        }

        var problem = Read(claims, out var key, out _);
        hasKey = key.Exists;
        return problem;
    }

    private static ConfirmationProblem Read(in TokenClaims claims, out JsonValue key, out JsonValue certificate)
    {
        (key, certificate) = (default, default);
        var json = claims.Confirmation.Raw(claims.Json);
        Span<JsonMemberNames.Entry> seen = stackalloc JsonMemberNames.Entry[8];
        var members = new JsonObjectReader(json, seen);
        while (members.Read())
        {
            if (members.Name.SequenceEqual("jkt"u8))
            {
                key = members.Value;
            }
            else if (members.Name.SequenceEqual("x5t#S256"u8))
            {
                certificate = members.Value;
            }
            else if (!members.Name.SequenceEqual("kc-jkt-type"u8))
            {
                return ConfirmationProblem.UnknownMethod;
            }
        }

        return members.Problem is not null || !(key.Exists || certificate.Exists) ? ConfirmationProblem.UnknownMethod
            : (key.Exists && !IsThumbprint(key, json)) || (certificate.Exists && !IsThumbprint(certificate, json))
                ? ConfirmationProblem.Malformed
            : ConfirmationProblem.None;
    }

    private static bool IsThumbprint(JsonValue value, ReadOnlySpan<byte> json) =>
        value.Kind == JsonKind.String
        && !value.Escaped
        && value.Length == ThumbprintLength
        && Base64Url.IsValid(value.Raw(json), out var length)
        && length == ThumbprintSize;
}
