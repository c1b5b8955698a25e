using Keycloak.ApiProtection.Diagnostics;

namespace Keycloak.ApiProtection.Tokens.Verified;

/// <summary>What became of one scheme's tokens: remembered, verified, evicted.</summary>
internal sealed class VerifiedTokenCounts
{
    private readonly StripedCount _hits = new();
    private readonly StripedCount _misses = new();
    private long _evictions;
    private volatile Func<long> _tokens = () => 0;

    /// <summary>Gets how many requests brought a token that was remembered.</summary>
    public long Hits => _hits.Value;

    /// <summary>Gets how many signatures had to be checked, good ones and bad ones. What is refused before costs no such check and is not counted.</summary>
    public long Misses => _misses.Value;

    /// <summary>Gets how many tokens that were still good had to go for others.</summary>
    public long Evictions => Interlocked.Read(ref _evictions);

    /// <summary>Gets how many tokens are remembered now.</summary>
    public long Tokens => _tokens();

    /// <summary>Counts a hit.</summary>
    public void Hit() => _hits.Increment();

    /// <summary>Counts a miss.</summary>
    public void Miss() => _misses.Increment();

    /// <summary>Counts an eviction.</summary>
    public void Evicted() => Interlocked.Increment(ref _evictions);

    /// <summary>Asks this cache for <see cref="Tokens"/> from now on: the one before it went with its options.</summary>
    public void CountTokensOf(Func<long> cache) => _tokens = cache;
}
