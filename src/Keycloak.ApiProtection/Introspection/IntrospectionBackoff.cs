namespace Keycloak.ApiProtection.Introspection;

/// <summary>Keeps from hammering a Keycloak that cannot answer: after a failure one question at a time, and longer and longer between them.</summary>
internal sealed class IntrospectionBackoff(TimeProvider time, Random random)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Last = TimeSpan.FromSeconds(5);

    /// <summary>The longest <c>Retry-After</c> that is obeyed: nobody's answer may put tokens out of use for longer.</summary>
    private static readonly TimeSpan LongestAsked = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly long _origin = time.GetTimestamp();
    private volatile bool _failing;
    private bool _trying;
    private int _failures;
    private TimeSpan _nextAt;

    /// <summary>Whether Keycloak failed to answer, and has not answered since.</summary>
    public bool IsFailing => _failing;

    /// <summary>How long until the next question may be asked.</summary>
    public TimeSpan Wait
    {
        get
        {
            lock (_gate)
            {
                return _failing && _nextAt - time.GetElapsedTime(_origin) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Whether a question may be asked now; while Keycloak fails, by one caller at a time, who must then tell how it went.</summary>
    /// <param name="retryAfter">Where not: when to try again.</param>
    public bool TryEnter(out TimeSpan retryAfter)
    {
        retryAfter = TimeSpan.Zero;
        if (!_failing)
        {
            return true;
        }

        lock (_gate)
        {
            if (!_failing)
            {
                return true;
            }

            var wait = _nextAt - time.GetElapsedTime(_origin);
            if (wait <= TimeSpan.Zero && !_trying)
            {
                _trying = true;
                return true;
            }

            retryAfter = wait > TimeSpan.Zero ? wait : First;
            return false;
        }
    }

    /// <summary>Who entered has nothing to ask any more.</summary>
    public void Leave()
    {
        if (_failing)
        {
            lock (_gate)
            {
                _trying = false;
            }
        }
    }

    /// <summary>Keycloak answered.</summary>
    public void Succeeded()
    {
        if (!_failing)
        {
            return;
        }

        lock (_gate)
        {
            _failing = false;
            _trying = false;
            _failures = 0;
        }
    }

    /// <summary>Keycloak did not answer.</summary>
    /// <param name="retryAfter">How long it, or what stands before it, asks to be left alone; null: it does not say.</param>
    public void Failed(TimeSpan? retryAfter = null)
    {
        lock (_gate)
        {
            // Those that left together fail together: that is one failure.
            if (!_failing || _trying)
            {
                var delay = First * Math.Pow(2, Math.Min(_failures++, 10));
                delay = delay < Last ? delay : Last;
                _nextAt = time.GetElapsedTime(_origin) + (delay * (0.8 + (0.4 * random.NextDouble())));
            }

            if (retryAfter is { } asked)
            {
                var until = time.GetElapsedTime(_origin) + (asked < LongestAsked ? asked : LongestAsked);
                _nextAt = until > _nextAt ? until : _nextAt;
            }

            _failing = true;
            _trying = false;
        }
    }
}
