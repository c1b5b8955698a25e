using System.Collections.Concurrent;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>The tokens that were asked about: bounded in number and in bytes. Full, those go first that have expired or were not used since they were last looked at.</summary>
/// <remarks>Only tokens that were found good get in, so that nobody but Keycloak can make it grow.</remarks>
internal sealed class IntrospectedTokens(int capacity, TimeProvider time)
{
    private const int MostSecondChances = 16;

    /// <summary>How many bytes each may take on average: an ordinary lightweight token's answer, its claims read, takes no more.</summary>
    private const long AverageSize = 4096;

    private readonly ConcurrentDictionary<TokenKey, IntrospectedToken> _tokens = new();
    private readonly ConcurrentQueue<TokenKey> _order = new();
    private readonly long _mostBytes = capacity * AverageSize;
    private int _count;
    private long _bytes;

    /// <summary>How many there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>How many bytes they take, by a rough count.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>The token's, made where there is none.</summary>
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

    /// <summary>One of them takes more, or fewer, bytes than before.</summary>
    public void Grew(int bytes)
    {
        if (bytes != 0 && Interlocked.Add(ref _bytes, bytes) > _mostBytes)
        {
            DropUnused();
        }
    }

    private void Trim()
    {
        // Whoever adds one looks at two: what has expired goes long before it is full.
        DropExpired();
        DropExpired();
        DropUnused();
    }

    private void DropUnused()
    {
        for (var chances = MostSecondChances; (Count > capacity || Bytes > _mostBytes) && _order.TryDequeue(out var key); chances--)
        {
            if (chances > 0 && _tokens.TryGetValue(key, out var token) && token.TakeUse())
            {
                _order.Enqueue(key);
            }
            else
            {
                Remove(key);
            }
        }
    }

    private void DropExpired()
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
            Interlocked.Add(ref _bytes, -token.Forget());
        }
    }
}
