namespace Keycloak.ApiProtection.Introspection;

/// <summary>Limits introspection requests while Keycloak fails: one at a time, with exponential backoff between them.</summary>
internal sealed class IntrospectionBackoff(TimeProvider time, Random random)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Last = TimeSpan.FromSeconds(5);

    /// <summary>The longest <c>Retry-After</c> that is honored, so that no response can make tokens unusable for longer.</summary>
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly long _origin = time.GetTimestamp();
    private volatile bool _failing;
    private bool _trying;
    private int _failures;
    private TimeSpan _nextAt;

    /// <summary>Whether Keycloak failed to respond and has not responded since.</summary>
    public bool IsFailing => _failing;

    /// <summary>The time until the next introspection request may be sent.</summary>
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

    /// <summary>Returns whether an introspection request may be sent now.</summary>
    /// <remarks>
    /// While Keycloak fails, only one caller at a time may send one. That caller must then call <see cref="Succeeded"/>,
    /// <see cref="Failed"/> or <see cref="Leave"/>.
    /// </remarks>
    /// <param name="retryAfter">If not: when to try again.</param>
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

    /// <summary>The caller of <see cref="TryEnter"/> sends no request after all.</summary>
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

    /// <summary>Keycloak responded.</summary>
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

    /// <summary>Keycloak did not respond.</summary>
    /// <param name="retryAfter">The <c>Retry-After</c> of Keycloak or of a proxy in front of it; null if there is none.</param>
    public void Failed(TimeSpan? retryAfter = null)
    {
        lock (_gate)
        {
            // Requests that were sent together fail together. Count them as one failure.
            if (!_failing || _trying)
            {
                var delay = First * Math.Pow(2, Math.Min(_failures++, 10));
                delay = delay < Last ? delay : Last;
                _nextAt = time.GetElapsedTime(_origin) + (delay * (0.8 + (0.4 * random.NextDouble())));
            }

            if (retryAfter is { } asked)
            {
                var until = time.GetElapsedTime(_origin) + (asked < LongestRetryAfter ? asked : LongestRetryAfter);
                _nextAt = until > _nextAt ? until : _nextAt;
            }

            _failing = true;
            _trying = false;
        }
    }
}
