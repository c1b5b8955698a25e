using System.Collections.Concurrent;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>The cache of introspected tokens, bounded in number and in bytes.</summary>
/// <remarks>
/// When it is full, tokens are evicted that have expired or were not used since they were last examined. Only tokens that were verified
/// locally are added, so that only tokens issued by Keycloak use memory.
/// </remarks>
internal sealed class IntrospectedTokens(int capacity, TimeProvider time)
{
    private const int MostSecondChances = 16;

    /// <summary>
    /// The average size in bytes allowed for each token. The parsed response for an ordinary lightweight token is not larger.
    /// </summary>
    private const long AverageSize = 4096;

    private readonly ConcurrentDictionary<TokenKey, IntrospectedToken> _tokens = new();
    private readonly ConcurrentQueue<TokenKey> _order = new();
    private readonly long _mostBytes = capacity * AverageSize;
    private int _count;
    private long _bytes;

    /// <summary>The number of tokens.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The approximate size of all tokens in bytes.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Returns the state of a token, and creates it if it does not exist.</summary>
    public IntrospectedToken GetOrAdd(TokenKey key, Func<IntrospectedToken> make)
    {
        IntrospectedToken? made = null;
        while (true)
        {
            if (_tokens.TryGetValue(key, out var known))
            {
                return known;
            }

            made ??= make();
            if (_tokens.TryAdd(key, made))
            {
                break;
            }
        }

        Interlocked.Increment(ref _count);
        Interlocked.Add(ref _bytes, IntrospectedToken.LeastSize);
        _order.Enqueue(key);
        Trim();
        return made;
    }

    /// <summary>Records a change of size in bytes, positive or negative, of one token.</summary>
    public void Grew(int bytes)
    {
        if (bytes != 0 && Interlocked.Add(ref _bytes, bytes) > _mostBytes)
        {
            EvictUnused();
        }
    }

    private void Trim()
    {
        // Each addition examines two tokens, so that expired ones are removed long before the cache is full.
        EvictExpired();
        EvictExpired();
        EvictUnused();
    }

    private void EvictUnused()
    {
        for (var chances = MostSecondChances; (Count > capacity || Bytes > _mostBytes) && _order.TryDequeue(out var key); chances--)
        {
            if (chances > 0 && _tokens.TryGetValue(key, out var token) && token.ResetUse())
            {
                _order.Enqueue(key);
            }
            else
            {
                Remove(key);
            }
        }
    }

    private void EvictExpired()
    {
        if (!_order.TryDequeue(out var key))
        {
            return;
        }

        if (_tokens.TryGetValue(key, out var token) && token.ExpiresAt > time.GetUtcNow())
        {
            _order.Enqueue(key);
        }
        else
        {
            Remove(key);
        }
    }

    private void Remove(TokenKey key)
    {
        if (_tokens.TryRemove(key, out var token))
        {
            Interlocked.Decrement(ref _count);
            Interlocked.Add(ref _bytes, -token.Evict());
        }
    }
}
