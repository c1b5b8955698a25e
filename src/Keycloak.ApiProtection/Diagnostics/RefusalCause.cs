namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>When a cause was last written, and how often it was kept back since.</summary>
internal sealed class RefusalCause
{
    private const long Never = long.MinValue;

    private long _last = Never;
    private long _keptBack;

    /// <summary>Whether it is time to write it again; of several threads only one is told so.</summary>
    public bool Take(TimeProvider time, TimeSpan interval, out long alike)
    {
        alike = 0;
        var now = time.GetTimestamp();
        var last = Volatile.Read(ref _last);
        if ((last != Never && time.GetElapsedTime(last, now) < interval) || Interlocked.CompareExchange(ref _last, now, last) != last)
        {
            Interlocked.Increment(ref _keptBack);
            return false;
        }

        alike = Interlocked.Exchange(ref _keptBack, 0);
        return true;
    }
}
