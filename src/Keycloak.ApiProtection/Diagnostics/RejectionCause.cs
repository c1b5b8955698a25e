namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>When a cause was last written, what was found since then, and how many messages were suppressed.</summary>
/// <remarks>
/// Clients choose what is found. In one interval at most <see cref="MostExamined"/> findings are compared and <see cref="MostWritten"/>
/// are written; beyond that, the cause alone counts until the interval is over.
/// </remarks>
internal sealed class RejectionCause
{
    /// <summary>How many findings are compared in an interval.</summary>
    public const int MostExamined = 64;

    /// <summary>How many different findings are written in an interval.</summary>
    public const int MostWritten = 8;

    private const long Never = long.MinValue;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private long _last = Never;
    private long _suppressed;
    private int _examinationsLeft;

    /// <summary>Whether it may be time to write; false: the refusal is counted, and what was found need not be worked out.</summary>
    public bool MayTake(TimeProvider time, TimeSpan interval, bool findingsDiffer)
    {
        if (IsDue(time, interval, time.GetTimestamp()) || (findingsDiffer && Volatile.Read(ref _examinationsLeft) > 0))
        {
            return true;
        }

        Interlocked.Increment(ref _suppressed);
        return false;
    }

    /// <summary>Whether it is time to write, where nothing is found that could differ.</summary>
    public bool Take(TimeProvider time, TimeSpan interval, out long suppressed) => Take(time, interval, finding: null, out suppressed);

    /// <summary>Whether it is time to write; of several threads only one is told so.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="interval">How long the same is not written again.</param>
    /// <param name="finding">What was found. Null: the cause alone counts.</param>
    /// <param name="suppressed">How many messages were suppressed since the interval began.</param>
    public bool Take(TimeProvider time, TimeSpan interval, string? finding, out long suppressed)
    {
        suppressed = 0;
        if (!MayTake(time, interval, finding is not null))
        {
            return false;
        }

        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (IsDue(time, interval, now))
            {
                _written.Clear();
                if (finding is not null)
                {
                    _written.Add(finding);
                }

                Volatile.Write(ref _examinationsLeft, MostExamined);
                Volatile.Write(ref _last, now);
                suppressed = Interlocked.Exchange(ref _suppressed, 0);
                return true;
            }

            if (finding is not null && _examinationsLeft > 0)
            {
                var isNew = _written.Add(finding);
                Volatile.Write(ref _examinationsLeft, _written.Count < MostWritten ? _examinationsLeft - 1 : 0);
                if (isNew)
                {
                    return true;
                }
            }
        }

        Interlocked.Increment(ref _suppressed);
        return false;
    }

    private bool IsDue(TimeProvider time, TimeSpan interval, long now)
    {
        var last = Volatile.Read(ref _last);
        return last == Never || time.GetElapsedTime(last, now) >= interval;
    }
}
