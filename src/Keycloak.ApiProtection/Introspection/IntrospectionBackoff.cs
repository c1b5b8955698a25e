namespace Keycloak.ApiProtection.Introspection;

/// <summary>Keeps from hammering a Keycloak that cannot answer: after a failure one question at a time, and longer and longer between them.</summary>
internal sealed class IntrospectionBackoff(TimeProvider time, Random random)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Last = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly long _origin = time.GetTimestamp();
    private volatile bool _failing;
    private bool _trying;
    private int _failures;
    private TimeSpan _nextAt;

    /// <summary>Whether Keycloak failed to answer, and has not answered since.</summary>
    public bool IsFailing => _failing;

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

    /// <summary>Keycloak did not answer. What is left to wait.</summary>
    public TimeSpan Failed()
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

            _failing = true;
            _trying = false;
            return _nextAt - time.GetElapsedTime(_origin);
        }
    }
}
