using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.Tokens.Verified;

/// <summary>The headers of the last good tokens: a realm writes the same one into all of them, and reads it once here.</summary>
/// <remarks>
/// Only who holds one of the realm's keys gets a header in, and no more than <see cref="Places"/> are kept: strangers can neither fill it nor slow it down.
/// It belongs to one scheme's options, as the algorithms that are allowed do. No lock: a header that is lost to another one is read again.
/// </remarks>
internal sealed class VerifiedHeaders
{
    /// <summary>For two keys and two types of header.</summary>
    public const int Places = 4;

    /// <summary>Longer ones, in letters, are read each time.</summary>
    public const int LongestHeader = 512;

    private readonly VerifiedHeader?[] _headers = new VerifiedHeader?[Places];
    private int _next;

    /// <summary>The header of exactly these letters, where it is known; otherwise null.</summary>
    public VerifiedHeader? Find(ReadOnlySpan<byte> encoded)
    {
        foreach (var header in _headers)
        {
            if (header is not null && header.Is(encoded))
            {
                return header;
            }
        }

        return null;
    }

    /// <summary>Remembers the header of a token that has just been verified; the oldest one goes.</summary>
    public void Add(ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> keyId, SigningAlgorithm algorithm)
    {
        if (encoded.Length <= LongestHeader)
        {
            Volatile.Write(ref _headers[(uint)Interlocked.Increment(ref _next) % Places], new VerifiedHeader(encoded, keyId, algorithm));
        }
    }
}
