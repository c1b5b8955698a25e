namespace Keycloak.ApiProtection.Introspection;

/// <summary>The state of one introspected token: the last response, the introspection request in progress, and the one after it.</summary>
/// <remarks>
/// An HTTP request that needs a newer response than the one in progress will give waits for the next introspection request. All HTTP
/// requests in this situation share it.
/// </remarks>
internal sealed class IntrospectedToken(Introspector owner, DateTimeOffset expiresAt)
{
    /// <summary>The approximate size in bytes, including the dictionary entry, with a response that changes no claims.</summary>
    public const int LeastSize = 300;

    /// <summary>The approximate ratio of parsed claims (strings and lists) to the size of their JSON.</summary>
    private const int SizeOfReadClaims = 4;

    private readonly Lock _gate = new();
    private volatile IntrospectionAnswer? _answer;
    private volatile IntrospectionRequest? _running;
    private IntrospectionRequest? _next;
    private long _lastUse;
    private long _unanswerableUntil = long.MinValue;
    private bool _wasUsed = true;
    private bool _failedAlone;
    private bool _isEvicted;
    private int _size = LeastSize;

    /// <summary>The introspector that owns this state. Schemes, realms and changed options share no state.</summary>
    public Introspector Owner => owner;

    /// <summary>When this state can be removed from the cache.</summary>
    public DateTimeOffset ExpiresAt => expiresAt;

    /// <summary>The last valid response; null before the first one.</summary>
    public IntrospectionAnswer? Answer => _answer;

    /// <summary>Whether an introspection request is in progress.</summary>
    public bool IsAsked => _running is not null;

    /// <summary>The number of consecutive responses that rejected the token.</summary>
    public int Rejections { get; private set; }

    /// <summary>
    /// When the token was last used. For a token in constant use it is updated rarely, to avoid contention on its cache line.
    /// </summary>
    public long LastUse => Volatile.Read(ref _lastUse);

    /// <summary>Until when the token is not introspected again because its last introspection failed.</summary>
    public long UnanswerableUntil
    {
        get => Volatile.Read(ref _unanswerableUntil);
        set => Volatile.Write(ref _unanswerableUntil, value);
    }

    /// <summary>Whether the last introspection of this token failed while Keycloak responded to other requests.</summary>
    public bool FailedAlone
    {
        get => Volatile.Read(ref _failedAlone);
        set => Volatile.Write(ref _failedAlone, value);
    }

    /// <summary>Whether this state was evicted. It keeps no response then, although a cached token may still refer to it.</summary>
    public bool IsEvicted => Volatile.Read(ref _isEvicted);

    /// <summary>Discards the response and returns the number of bytes freed.</summary>
    public int Evict()
    {
        lock (_gate)
        {
            var freed = _isEvicted ? 0 : _size;
            Volatile.Write(ref _isEvicted, true);
            _answer = null;
            return freed;
        }
    }

    /// <summary>Records a use of the token.</summary>
    public void Touch(long now)
    {
        Volatile.Write(ref _lastUse, now);
        _wasUsed = true;
    }

    /// <summary>Returns whether the token was used since the previous call.</summary>
    public bool ResetUse()
    {
        var used = _wasUsed;
        _wasUsed = false;
        return used;
    }

    /// <summary>
    /// Returns the introspection request to wait for: the one in progress if it is recent enough, otherwise the next one.
    /// </summary>
    /// <param name="seen">
    /// The response that the caller found too old, or null. A response received since then is used if it is recent enough.
    /// </param>
    /// <param name="token">The token.</param>
    /// <param name="text">The token as it was sent.</param>
    /// <param name="isRecentEnough">Whether a response to an introspection request sent at the given timestamp is recent enough.</param>
    /// <param name="reason">The reason for the introspection, for the metric.</param>
    /// <param name="start">Whether the caller must start the introspection request.</param>
    public IntrospectionRequest Join(
        IntrospectionAnswer? seen,
        AccessToken token,
        ReadOnlyMemory<char> text,
        Func<long, bool> isRecentEnough,
        string reason,
        out bool start)
    {
        lock (_gate)
        {
            if (_running is null && _answer is { } current && !ReferenceEquals(current, seen) && isRecentEnough(current.AskedAt))
            {
                start = false;
                return IntrospectionRequest.Completed(token, current);
            }

            start = _running is null;
            if (start)
            {
                return _running = new IntrospectionRequest(token, text.ToString(), reason);
            }

            var askedAt = _running!.AskedAt;
            return askedAt < 0 || isRecentEnough(askedAt)
                ? _running
                : _next ??= new IntrospectionRequest(token, text.ToString(), reason);
        }
    }

    /// <summary>Completes the introspection request in progress.</summary>
    /// <param name="answer">The valid response, or null.</param>
    /// <param name="grown">The change of this state's size in bytes.</param>
    /// <returns>The next introspection request if there are waiters for it; the caller must start it. Otherwise null.</returns>
    public IntrospectionRequest? Complete(IntrospectionAnswer? answer, out int grown)
    {
        grown = 0;
        lock (_gate)
        {
            if (answer is not null && !_isEvicted)
            {
                var size = LeastSize + (SizeOfReadClaims * (answer.Claims?.Payload.Length ?? 0));
                (grown, _size) = (size - _size, size);
                _answer = answer;
                Rejections = answer.Rejection is null ? 0 : Rejections + 1;
            }

            _running = _next;
            _next = null;
            return _running;
        }
    }
}
