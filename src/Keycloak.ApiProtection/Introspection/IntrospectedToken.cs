namespace Keycloak.ApiProtection.Introspection;

/// <summary>What is known about one token: the last answer, the question under way and the one after it.</summary>
/// <remarks>A request that wants an answer younger than the question under way waits for the next one, together with all others that do.</remarks>
internal sealed class IntrospectedToken(Introspector owner, DateTimeOffset expiresAt)
{
    /// <summary>How many bytes it takes with its place and an answer that changes nothing.</summary>
    public const int LeastSize = 300;

    /// <summary>Claims that are read become texts and lists: several times the JSON that they stand in.</summary>
    private const int SizeOfReadClaims = 4;

    private readonly Lock _gate = new();
    private volatile IntrospectionAnswer? _answer;
    private volatile IntrospectionRequest? _running;
    private IntrospectionRequest? _planned;
    private long _lastUse;
    private long _unanswerableUntil = long.MinValue;
    private bool _wasUsed = true;
    private bool _failedAlone;
    private bool _isForgotten;
    private int _size = LeastSize;

    /// <summary>Whose it is: nothing is shared between schemes, realms and changed options.</summary>
    public Introspector Owner => owner;

    /// <summary>From when on it need not be remembered.</summary>
    public DateTimeOffset ExpiresAt => expiresAt;

    /// <summary>The last answer that counts; null before the first.</summary>
    public IntrospectionAnswer? Answer => _answer;

    /// <summary>Whether a question is under way.</summary>
    public bool IsAsked => _running is not null;

    /// <summary>How often in a row Keycloak has refused it.</summary>
    public int Rejections { get; private set; }

    /// <summary>When it was last used; for a token in constant use only now and then, so that its cache line stays shared.</summary>
    public long LastUse => Volatile.Read(ref _lastUse);

    /// <summary>Until when an answer that fits is not to be hoped for.</summary>
    public long UnanswerableUntil
    {
        get => Volatile.Read(ref _unanswerableUntil);
        set => Volatile.Write(ref _unanswerableUntil, value);
    }

    /// <summary>Whether the last question about it failed while Keycloak answered others.</summary>
    public bool FailedAlone
    {
        get => Volatile.Read(ref _failedAlone);
        set => Volatile.Write(ref _failedAlone, value);
    }

    /// <summary>Whether it had to go: nothing is kept in it any more, though a token that is remembered may still point here.</summary>
    public bool IsForgotten => Volatile.Read(ref _isForgotten);

    /// <summary>Lets its answer go. How many bytes that frees.</summary>
    public int Forget()
    {
        lock (_gate)
        {
            var freed = _isForgotten ? 0 : _size;
            Volatile.Write(ref _isForgotten, true);
            _answer = null;
            return freed;
        }
    }

    /// <summary>Notes a use.</summary>
    public void Touch(long now)
    {
        Volatile.Write(ref _lastUse, now);
        _wasUsed = true;
    }

    /// <summary>Whether it was used since this was last asked.</summary>
    public bool TakeUse()
    {
        var used = _wasUsed;
        _wasUsed = false;
        return used;
    }

    /// <summary>The question to wait for: the one under way where it is young enough, else the next.</summary>
    /// <param name="seen">The answer that the caller found too old, or null. One that came since then is taken if it is young enough.</param>
    /// <param name="token">The token.</param>
    /// <param name="text">The token as it was sent.</param>
    /// <param name="isYoungEnough">Whether an answer to a question of that moment will do.</param>
    /// <param name="reason">Why it is asked, for the metric.</param>
    /// <param name="start">Whether the caller is to start the question.</param>
    public IntrospectionRequest Join(
        IntrospectionAnswer? seen,
        AccessToken token,
        ReadOnlyMemory<char> text,
        Func<long, bool> isYoungEnough,
        string reason,
        out bool start)
    {
        lock (_gate)
        {
            if (_running is null && _answer is { } landed && !ReferenceEquals(landed, seen) && isYoungEnough(landed.AskedAt))
            {
                start = false;
                return IntrospectionRequest.Landed(token, landed);
            }

            start = _running is null;
            if (start)
            {
                return _running = new IntrospectionRequest(token, text.ToString(), reason);
            }

            var askedAt = _running!.AskedAt;
            return askedAt < 0 || isYoungEnough(askedAt)
                ? _running
                : _planned ??= new IntrospectionRequest(token, text.ToString(), reason);
        }
    }

    /// <summary>Ends the question under way with an answer that counts, or null. The next one, to be started by the caller, where somebody waits for it.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="grown">How many bytes more are kept now.</param>
    public IntrospectionRequest? Land(IntrospectionAnswer? answer, out int grown)
    {
        grown = 0;
        lock (_gate)
        {
            if (answer is not null && !_isForgotten)
            {
                var size = LeastSize + (SizeOfReadClaims * (answer.Claims?.Payload.Length ?? 0));
                (grown, _size) = (size - _size, size);
                _answer = answer;
                Rejections = answer.Rejection is null ? 0 : Rejections + 1;
            }

            _running = _planned;
            _planned = null;
            return _running;
        }
    }
}
