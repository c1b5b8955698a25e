using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.Tokens.Verified;

/// <summary>
/// A cache of the headers of recently verified tokens. A realm writes the same header into all tokens, so it is parsed once.
/// </summary>
/// <remarks>
/// Only headers of tokens that the realm signed are added, and at most <see cref="Places"/> are kept, so other clients can neither fill the
/// cache nor slow it down. Like the allowed algorithms, it belongs to one scheme's options. It takes no lock: a header that is overwritten
/// by a concurrent request is parsed again.
/// </remarks>
internal sealed class VerifiedHeaders
{
    /// <summary>The maximum number of headers: sufficient for two keys with two types of headers each.</summary>
    public const int Places = 4;

    /// <summary>The maximum length of a cached header in characters. Longer headers are parsed for every request.</summary>
    public const int LongestHeader = 512;

    private readonly VerifiedHeader?[] _headers = new VerifiedHeader?[Places];
    private int _next;

    /// <summary>Returns the header with exactly this text; null if it is not in the cache.</summary>
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

    /// <summary>Adds the header of a token that has just been verified. It replaces the oldest header.</summary>
    public void Add(ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> keyId, SigningAlgorithm algorithm)
    {
        if (encoded.Length <= LongestHeader)
        {
            Volatile.Write(ref _headers[(uint)Interlocked.Increment(ref _next) % Places], new VerifiedHeader(encoded, keyId, algorithm));
        }
    }
}
