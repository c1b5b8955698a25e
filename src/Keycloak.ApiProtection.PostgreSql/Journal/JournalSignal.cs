namespace Keycloak.ApiProtection.PostgreSql;

/// <summary>
/// Remembers that there may be new entries until a read begins, so that a notification between a read and the next wait is not lost.
/// </summary>
/// <remarks>Notifications that follow each other quickly cause one read: everybody who can connect to the database can send them.</remarks>
internal sealed class JournalSignal(TimeProvider time) : IDisposable
{
    /// <summary>The least time between two signals.</summary>
    public static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private TaskCompletionSource _signal = NewSource();
    private ITimer? _timer;
    private long? _last;
    private bool _due;
    private bool _disposed;

    /// <summary>Completes the wait now, or when the gap has passed since the last time.</summary>
    public void Set()
    {
        lock (_gate)
        {
            if (_due || _disposed)
            {
                return;
            }

            var rest = _last is { } last ? Gap - time.GetElapsedTime(last) : TimeSpan.Zero;
            if (rest <= TimeSpan.Zero)
            {
                Complete();
                return;
            }

            _due = true;
            _timer ??= time.CreateTimer(
                static signal => ((JournalSignal)signal!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(rest, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>A read begins. It finds everything that was signaled until now. A signal that is only delayed stays.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            if (_signal.Task.IsCompleted)
            {
                _signal = NewSource();
            }
        }
    }

    public Task WaitAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _signal.Task.WaitAsync(cancellationToken);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _timer?.Dispose();
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void OnTimer()
    {
        lock (_gate)
        {
            if (_due && !_disposed)
            {
                _due = false;
                Complete();
            }
        }
    }

    private void Complete()
    {
        _last = time.GetTimestamp();
        _signal.TrySetResult();
    }
}
