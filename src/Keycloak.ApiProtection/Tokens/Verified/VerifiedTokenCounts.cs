using Keycloak.ApiProtection.Diagnostics;

namespace Keycloak.ApiProtection.Tokens.Verified;

/// <summary>Counts the cache hits, misses and evictions of one scheme's verified tokens.</summary>
internal sealed class VerifiedTokenCounts
{
    private readonly StripedCount _hits = new();
    private readonly StripedCount _misses = new();
    private long _evictions;
    private volatile Func<long> _tokens = () => 0;

    /// <summary>Gets the number of requests whose token was in the cache.</summary>
    public long Hits => _hits.Value;

    /// <summary>
    /// Gets the number of signatures that were checked, valid and invalid ones. Tokens that are rejected before this check are not counted.
    /// </summary>
    public long Misses => _misses.Value;

    /// <summary>Gets the number of tokens that were evicted before they expired.</summary>
    public long Evictions => Interlocked.Read(ref _evictions);

    /// <summary>Gets the number of tokens in the cache.</summary>
    public long Tokens => _tokens();

    /// <summary>Counts a hit.</summary>
    public void Hit() => _hits.Increment();

    /// <summary>Counts a miss.</summary>
    public void Miss() => _misses.Increment();

    /// <summary>Counts an eviction.</summary>
    public void Evicted() => Interlocked.Increment(ref _evictions);

    /// <summary>Sets the source of <see cref="Tokens"/>. It replaces the cache of the previous options.</summary>
    public void CountTokensOf(Func<long> cache) => _tokens = cache;
}
