using System.Collections.Concurrent;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>The tokens that were asked about: bounded. Full, those go first that have expired or were not used since they were last looked at.</summary>
/// <remarks>Only tokens that were found good get in, so that nobody but Keycloak can make it grow.</remarks>
internal sealed class IntrospectedTokens(int capacity, TimeProvider time)
{
    private const int MostSecondChances = 16;

    private readonly ConcurrentDictionary<TokenKey, IntrospectedToken> _tokens = new();
    private readonly ConcurrentQueue<TokenKey> _order = new();
    private int _count;

    /// <summary>How many there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The token's, made where there is none.</summary>
    public IntrospectedToken GetOrAdd(TokenKey key, Func<IntrospectedToken> make)
    {
        if (_tokens.TryGetValue(key, out var known))
        {
            return known;
        }

        var made = make();
        if (!_tokens.TryAdd(key, made))
        {
            return _tokens.TryGetValue(key, out known) ? known : made;
        }

        _order.Enqueue(key);
        Interlocked.Increment(ref _count);
        Trim();
        return made;
    }

    private void Trim()
    {
        // Whoever adds one looks at two: what has expired goes long before it is full.
        DropExpired();
        DropExpired();
        for (var chances = MostSecondChances; Count > capacity && _order.TryDequeue(out var key); chances--)
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
        if (_tokens.TryRemove(key, out _))
        {
            Interlocked.Decrement(ref _count);
        }
    }
}
