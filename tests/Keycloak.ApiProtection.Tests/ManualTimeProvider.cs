namespace Keycloak.ApiProtection.Tests;

/// <summary>Time that changes only when a test advances it. Timers fire in order, on the thread that advances the time.</summary>
internal sealed class ManualTimeProvider(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private TimeSpan _elapsed;
    private DateTimeOffset _wallClock = start;

    public ManualTimeProvider()
        : this(new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero))
    {
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>The number of timers that are set to fire.</summary>
    public int ActiveTimers
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count(timer => timer.FiresAt is not null);
            }
        }
    }

    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return _elapsed.Ticks;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _wallClock;
        }
    }

    /// <summary>Sets the wall clock forward or back. Timers and timestamps are not affected.</summary>
    public void SetWallClock(DateTimeOffset now)
    {
        lock (_gate)
        {
            _wallClock = now;
        }
    }

    /// <summary>Advances the time and fires each timer that becomes due, at its due time.</summary>
    public void Advance(TimeSpan time)
    {
        TimeSpan end;

        lock (_gate)
        {
            end = _elapsed + time;
        }

        while (true)
        {
            ManualTimer? next;

            lock (_gate)
            {
                next = _timers.Where(timer => timer.FiresAt <= end).MinBy(timer => timer.FiresAt);
                MoveTo(next?.FiresAt ?? end);
                next?.Rearm();
            }

            if (next is null)
            {
                return;
            }

            next.Fire();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));

        lock (_gate)
        {
            _timers.Add(timer);
        }

        timer.Change(dueTime, period);

        return timer;
    }

    private void MoveTo(TimeSpan moment)
    {
        if (moment > _elapsed)
        {
            _wallClock += moment - _elapsed;
            _elapsed = moment;
        }
    }

    private sealed class ManualTimer(ManualTimeProvider time, Action fire) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;
        private bool _disposed;

        public TimeSpan? FiresAt { get; private set; }

        public void Fire() => fire();

        public void Rearm() => FiresAt = _period == Timeout.InfiniteTimeSpan ? null : FiresAt + _period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                if (_disposed)
                {
                    return false;
                }

                _period = period == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : period;
                FiresAt = dueTime == Timeout.InfiniteTimeSpan ? null : time._elapsed + dueTime;

                return true;
            }
        }

        public void Dispose()
        {
            lock (time._gate)
            {
                _disposed = true;
                FiresAt = null;
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();

            return ValueTask.CompletedTask;
        }
    }
}
