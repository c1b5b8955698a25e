using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection.ProofOfPossession.Dpop;

/// <summary>Creates and checks nonces (RFC 9449 sections 8 and 9). They are not stored: the nonce authenticates itself.</summary>
/// <remarks>
/// A nonce is the number of a time bucket, 4 bytes, and the first 16 bytes of an HMAC-SHA256 over scheme, length of the bucket, bucket and
/// thumbprint of the client's key: 27 characters. So a nonce is valid for one key at one scheme, and all replicas with the same secret
/// accept it.
/// </remarks>
internal sealed class DpopNonces
{
    /// <summary>The length of a nonce in characters.</summary>
    public const int Length = 27;

    private const int NumberSize = sizeof(uint);
    private const int TagSize = 16;
    private const int MaximumInput = 512;

    private readonly byte[] _key;
    private readonly byte[] _context;
    private readonly long _bucketSeconds;

    public DpopNonces(DpopSettings settings)
    {
        _key = settings.NonceKey.ToArray();
        _bucketSeconds = (long)settings.NonceBucket.TotalSeconds;

        // The hash has a fixed length, so that two names of schemes cannot result in the same input.
        _context = SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"DPoP nonce {_bucketSeconds} {settings.Scheme}")));
    }

    /// <summary>Creates the nonce of this moment for a key.</summary>
    public string Create(string thumbprint, DateTimeOffset now)
    {
        Span<byte> nonce = stackalloc byte[NumberSize + TagSize];
        Write(nonce, thumbprint, Bucket(now));
        return Base64Url.EncodeToString(nonce);
    }

    /// <summary>Checks a nonce.</summary>
    /// <param name="nonce">The nonce in the proof.</param>
    /// <param name="thumbprint">The thumbprint of the key that the token is bound to.</param>
    /// <param name="now">The time.</param>
    /// <param name="acceptableUntil">The time from which the nonce is not accepted anymore.</param>
    /// <param name="renew">Whether at least half of its lifetime is gone, so that the response should contain a new one.</param>
    /// <returns>Whether the nonce was created with the same secret for this key, in this bucket or in one of its neighbors.</returns>
    /// <remarks>The next bucket is accepted because the clock of another replica may be a little ahead.</remarks>
    public bool IsValid(ReadOnlySpan<byte> nonce, string thumbprint, DateTimeOffset now, out DateTimeOffset acceptableUntil, out bool renew)
    {
        (acceptableUntil, renew) = (default, false);
        Span<byte> received = stackalloc byte[NumberSize + TagSize + 1];
        if (nonce.Length != Length || !Tokens.CompactJws.IsPart(nonce)
            || !Base64Url.TryDecodeFromUtf8(nonce, received, out var written) || written != NumberSize + TagSize)
        {
            return false;
        }

        received = received[..written];
        var current = Bucket(now);
        long bucket = BinaryPrimitives.ReadUInt32BigEndian(received);
        if (Math.Abs(current - bucket) > 1)
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[NumberSize + TagSize];
        Write(expected, thumbprint, bucket);
        if (!CryptographicOperations.FixedTimeEquals(expected, received))
        {
            return false;
        }

        acceptableUntil = DateTimeOffset.FromUnixTimeSeconds((bucket + 2) * _bucketSeconds);
        renew = bucket != current;
        return true;
    }

    private long Bucket(DateTimeOffset now) => now.ToUnixTimeSeconds() / _bucketSeconds;

    private void Write(Span<byte> nonce, string thumbprint, long bucket)
    {
        BinaryPrimitives.WriteUInt32BigEndian(nonce, (uint)bucket);
        Span<byte> input = stackalloc byte[MaximumInput];
        _context.CopyTo(input);
        nonce[..NumberSize].CopyTo(input[_context.Length..]);
        var length = _context.Length + NumberSize;
        length += Encoding.ASCII.GetBytes(thumbprint, input[length..]);

        Span<byte> tag = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, input[..length], tag);
        tag[..TagSize].CopyTo(nonce[NumberSize..]);
    }
}
