using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection.ProofOfPossession.Dpop.Proofs;

/// <summary>The value of <c>ath</c> (RFC 9449 section 4.2): the SHA-256 of the access token's ASCII text in base64url.</summary>
internal static class TokenTextHash
{
    private const int StackLimit = 2048;

    /// <summary>Writes the hash as 43 characters.</summary>
    public static void Write(ReadOnlySpan<char> token, Span<byte> text)
    {
        byte[]? rented = null;
        var bytes = token.Length <= StackLimit ? stackalloc byte[StackLimit] : (rented = ArrayPool<byte>.Shared.Rent(token.Length));
        TokenText.Narrow(token, bytes);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..token.Length], hash);
        Base64Url.EncodeToUtf8(hash, text);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
