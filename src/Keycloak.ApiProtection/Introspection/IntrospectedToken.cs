using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection.Introspection;

/// <summary>What is known about one token: the last answer, the question under way and the one after it.</summary>
/// <remarks>A request that wants an answer younger than the question under way waits for the next one, together with all others that do.</remarks>
internal sealed class IntrospectedToken(Introspector owner, DateTimeOffset expiresAt)
{
    private readonly Lock _gate = new();
    private volatile IntrospectionAnswer? _answer;
    private volatile IntrospectionFlight? _running;
    private IntrospectionFlight? _planned;
    private long _lastUse;
    private long _unanswerableUntil = long.MinValue;
    private bool _wasUsed = true;

    /// <summary>Whose it is: nothing is shared between schemes, realms and changed options.</summary>
    public Introspector Owner => owner;

    /// <summary>From when on it need not be remembered.</summary>
    public DateTimeOffset ExpiresAt => expiresAt;

    /// <summary>The last answer that counts; null before the first.</summary>
    public IntrospectionAnswer? Answer => _answer;

    /// <summary>Whether a question is under way.</summary>
    public bool IsAsked => _running is not null;

    /// <summary>How often in a row Keycloak has refused it.</summary>
    public int Refusals { get; private set; }

    /// <summary>When it was last used; for a token in constant use only now and then, so that its cache line stays shared.</summary>
    public long LastUse => Volatile.Read(ref _lastUse);

    /// <summary>Until when an answer that fits is not to be hoped for.</summary>
    public long UnanswerableUntil
    {
        get => Volatile.Read(ref _unanswerableUntil);
        set => Volatile.Write(ref _unanswerableUntil, value);
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

    /// <summary>The question to wait for: the one under way where it is young enough, else the next. <paramref name="start"/>: to be started by the caller.</summary>
    public IntrospectionFlight Join(AccessToken token, ReadOnlyMemory<char> text, Func<long, bool> isYoungEnough, string reason, out bool start)
    {
        lock (_gate)
        {
            start = _running is null;
            if (start)
            {
                return _running = new IntrospectionFlight(token, text.ToString(), reason);
            }

            var askedAt = _running!.AskedAt;
            return askedAt < 0 || isYoungEnough(askedAt)
                ? _running
                : _planned ??= new IntrospectionFlight(token, text.ToString(), reason);
        }
    }

    /// <summary>Ends the question under way with an answer that counts, or null. The next one, to be started by the caller, where somebody waits for it.</summary>
    public IntrospectionFlight? Land(IntrospectionAnswer? answer)
    {
        lock (_gate)
        {
            if (answer is not null)
            {
                _answer = answer;
                Refusals = answer.Rejection is null ? 0 : Refusals + 1;
            }

            _running = _planned;
            _planned = null;
            return _running;
        }
    }
}
