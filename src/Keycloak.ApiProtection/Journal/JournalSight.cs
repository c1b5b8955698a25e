namespace Keycloak.ApiProtection.Journal;

/// <summary>Whether this process knows the revocations of the others. Every request with a token reads <see cref="View"/>.</summary>
/// <remarks>A timer notices the silence, because a read that hangs cannot, and a request should not read the clock for it.</remarks>
internal sealed class JournalSight : IDisposable
{
    private readonly TimeSpan _maxSilence;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _read = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile JournalView _view = JournalView.Unread;
    private long _readAt;

    public JournalSight(TimeSpan maxSilence, TimeProvider time)
    {
        _maxSilence = maxSilence;
        _time = time;
        _timer = time.CreateTimer(static sight => ((JournalSight)sight!).Check(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Gets what is known. Takes no lock.</summary>
    public JournalView View => _view;

    /// <summary>Gets a task that completes when the journal was read completely for the first time.</summary>
    public Task FirstRead => _read.Task;

    /// <summary>Gets the time since the journal was read completely; null if it never was.</summary>
    public TimeSpan? Age
    {
        get
        {
            lock (_gate)
            {
                return _view == JournalView.Unread ? null : _time.GetElapsedTime(_readAt);
            }
        }
    }

    /// <summary>The journal was read completely. Returns the view before.</summary>
    /// <param name="startedAt">When that read began: entries that were appended later may be missing.</param>
    public JournalView Seen(long startedAt)
    {
        lock (_gate)
        {
            var before = _view;
            _readAt = startedAt;
            var left = _maxSilence - _time.GetElapsedTime(startedAt);
            _view = left > TimeSpan.Zero ? JournalView.Current : JournalView.Silent;
            _timer.Change(left > TimeSpan.Zero ? left : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _read.TrySetResult();
            return before;
        }
    }

    /// <summary>What was read before does not count: there is a new receiver, which does not have it.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _view = JournalView.Unread;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _timer.Dispose();

    private void Check()
    {
        lock (_gate)
        {
            var left = _maxSilence - _time.GetElapsedTime(_readAt);
            if (left <= TimeSpan.Zero)
            {
                _view = JournalView.Silent;
            }
            else
            {
                // The timer was early, or a read has ended in between.
                _timer.Change(left, Timeout.InfiniteTimeSpan);
            }
        }
    }
}
