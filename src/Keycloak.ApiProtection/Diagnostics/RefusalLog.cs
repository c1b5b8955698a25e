using System.Collections.Concurrent;

namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>Lets each cause of refusal into the log once a minute and scheme: strangers can cause them as often as they like.</summary>
/// <remarks>Schemes and codes are both few and ours, so nothing here grows.</remarks>
internal sealed class RefusalLog(TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string Scheme, string Code), Cause> _causes = new();

    /// <summary>Whether this refusal may be written; <paramref name="alike"/>: how many like it were kept back since.</summary>
    public bool Take(string scheme, string code, out long alike) =>
        _causes.GetOrAdd((scheme, code), static _ => new Cause()).Take(time.GetTimestamp(), (long)(Interval.TotalSeconds * time.TimestampFrequency), out alike);

    private sealed class Cause
    {
        private long _next = long.MinValue;
        private long _keptBack;

        public bool Take(long now, long interval, out long alike)
        {
            alike = 0;
            var next = Volatile.Read(ref _next);
            if (now < next || Interlocked.CompareExchange(ref _next, now + interval, next) != next)
            {
                Interlocked.Increment(ref _keptBack);
                return false;
            }

            alike = Interlocked.Exchange(ref _keptBack, 0);
            return true;
        }
    }
}
