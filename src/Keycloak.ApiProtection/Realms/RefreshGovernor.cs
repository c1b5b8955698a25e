using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Realms.Keys;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Realms;

/// <summary>
/// Caches the realm's keys and decides when they are read: one refresh at a time, never more often than the schedule allows.
/// </summary>
/// <remarks>
/// A timer watches the time, so that the hot path reads only two fields. Members marked "Requires the gate" must be called while holding
/// <see cref="Gate"/>, so that <see cref="RealmKeys"/> can decide and act in one step.
/// </remarks>
internal sealed class RefreshGovernor : IDisposable
{
    private static readonly TimeSpan ShortestTimer = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private readonly RealmSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RealmDocuments _documents;
    private readonly RealmReports _reports;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _disposing = new();
    private readonly long _origin;

    private volatile KeySet _keys = KeySet.Empty;
    private volatile Freshness _freshness;
    private volatile RealmFailure? _failure;

    // At most one of them is set: a refresh that starts while one is planned is the planned one.
    private Refresh? _running;
    private Refresh? _planned;

    public RefreshGovernor(RealmSettings settings, IHttpClientFactory httpClients, TimeProvider time, ILogger logger)
    {
        _settings = settings;
        _time = time;
        _logger = logger;
        _origin = time.GetTimestamp();
        _documents = new RealmDocuments(settings, httpClients, time);
        _reports = new RealmReports(settings, logger);
        Schedule = new RefreshSchedule(settings, Random.Shared);

        // The timer must not capture the execution context of the request that happens to create it.
        using (ExecutionContext.SuppressFlow())
        {
            _timer = time.CreateTimer(
                static state => ((RefreshGovernor)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The lock that guards every decision about refreshes.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The keys as last read. Never <see langword="null"/>. Does not require the gate.</summary>
    public KeySet Keys => _keys;

    /// <summary>The discovery document that was read last; <see langword="null"/> before the first. Does not require the gate.</summary>
    public DiscoveryDocument? Discovery => _documents.Latest;

    /// <summary>Whether <see cref="Keys"/> may be used without reading them again. Does not require the gate.</summary>
    public Freshness Freshness => _freshness;

    /// <summary>Why the last refresh failed; <see langword="null"/> after a successful one. Does not require the gate.</summary>
    public RealmFailure? Failure => _failure;

    /// <summary>The time since this object was created, by a monotonic clock. Does not require the gate.</summary>
    public TimeSpan Now => _time.GetElapsedTime(_origin);

    /// <summary>When the next actions are due or allowed. Requires the gate.</summary>
    public RefreshSchedule Schedule { get; }

    /// <summary>The refresh in progress; <see langword="null"/> if there is none. Requires the gate.</summary>
    public Refresh? Running => _running;

    /// <summary>Whether a refresh waits for the end of the cooldown. Requires the gate.</summary>
    public bool IsPlanned => _planned is not null;

    /// <summary>How many refreshes have started. Requires the gate.</summary>
    public int Started { get; private set; }

    /// <summary>The number of the refresh that read <see cref="Keys"/>. Requires the gate.</summary>
    public int ReadBy { get; private set; }

    /// <summary>When that refresh started. Requires the gate.</summary>
    public TimeSpan ReadAt { get; private set; }

    /// <summary>Whether <see cref="Dispose"/> was called. Requires the gate.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Starts a refresh in the background if the keys are due.</summary>
    /// <returns>False if the keys must not be used before they have been read again.</returns>
    public bool MayServe()
    {
        if (_freshness == Freshness.Dormant)
        {
            return false;
        }

        lock (Gate)
        {
            if (_freshness == Freshness.Due)
            {
                Start(forUnknownKey: false);
            }

            return _freshness != Freshness.Dormant;
        }
    }

    /// <summary>
    /// Returns a refresh to wait for: the one in progress, or one that starts now, or, for an unknown key, one that starts when the
    /// cooldown ends. Requires the gate.
    /// </summary>
    public Refresh StartOrPlan()
    {
        if (_running is not null)
        {
            return _running;
        }

        var forUnknownKey = _freshness != Freshness.Dormant;

        if (!forUnknownKey || Now >= Schedule.UnknownKeyAllowedAt)
        {
            return Start(forUnknownKey);
        }

        if (_planned is null)
        {
            _planned = new Refresh();
            SetTimer();
        }

        return _planned;
    }

    /// <summary>Starts a refresh. Requires the gate; no refresh may be in progress.</summary>
    public Refresh Start(bool forUnknownKey)
    {
        var refresh = _planned ?? new Refresh();

        refresh.Start(++Started, Now, forUnknownKey || _planned is not null);
        _planned = null;
        _running = refresh;

        if (_freshness == Freshness.Due)
        {
            _freshness = Freshness.Fresh;
        }

        // Unsafe: without the request's execution context, so that the refresh is not part of that request's trace.
        ThreadPool.UnsafeQueueUserWorkItem(
            static work => _ = work.Governor.RunAsync(work.Refresh), (Governor: this, Refresh: refresh), preferLocal: false);

        return refresh;
    }

    /// <summary>Stops every refresh and withdraws every key. Waiting requests are told that the refresh failed.</summary>
    public void Dispose()
    {
        Refresh? planned;

        lock (Gate)
        {
            if (IsDisposed)
            {
                return;
            }

            IsDisposed = true;
            planned = _planned;
            _planned = null;
            Withdraw();
        }

        _timer.Dispose();
        _disposing.Cancel();
        planned?.End(succeeded: false);
    }

    private async Task RunAsync(Refresh refresh)
    {
        var succeeded = false;

        try
        {
            succeeded = Apply(await ReadAsync(refresh), refresh);
        }
        finally
        {
            refresh.End(succeeded);
        }
    }

    private async Task<RealmAnswer<KeySet>> ReadAsync(Refresh refresh)
    {
        try
        {
            _logger.RefreshStarted(_settings.SchemeName, refresh.ForUnknownKey);

            return await _documents.ReadKeysAsync(_disposing.Token);
        }
        catch (Exception error)
        {
            // Canceled by Dispose, or a defect in this library. In both cases waiting requests must end, and the schedule must continue.
            return RealmFailure.Unexpected(_settings.MetadataAddress, error);
        }
    }

    /// <summary>Applies the result of a refresh, schedules the next actions and writes to the log.</summary>
    private bool Apply(RealmAnswer<KeySet> answer, Refresh refresh)
    {
        var succeeded = answer.Succeeded(out var read, out var failure);
        IReadOnlyList<SigningKey> gone = [];
        KeySet older;
        KeySet current;
        DateTimeOffset serveUntil;

        lock (Gate)
        {
            var now = Now;
            _running = null;

            if (IsDisposed)
            {
                return false;
            }

            if (refresh.ForUnknownKey)
            {
                Schedule.CoolDown(now);
            }

            older = _keys;
            current = older;
            _failure = failure;

            if (read is not null)
            {
                current = read.KeepingObjectsOf(older);
                _keys = current;
                gone = older.RetireWhatIsNotIn(current);
                ReadBy = refresh.Number;
                ReadAt = refresh.StartedAt;
                Schedule.Succeeded(refresh.StartedAt, now);
            }
            else
            {
                Schedule.Failed(now, keysServe: !older.IsEmpty);
            }

            _freshness = current.IsEmpty ? Freshness.Dormant : Freshness.Fresh;
            serveUntil = _time.GetUtcNow() + (Schedule.ExpiresAt - now);
            SetTimer();
        }

        if (succeeded)
        {
            _reports.Succeeded(current, older, gone);
        }
        else
        {
            _reports.Failed(failure!, keysServe: !current.IsEmpty, serveUntil);
        }

        return succeeded;
    }

    private void OnTimer()
    {
        var expired = false;

        lock (Gate)
        {
            if (IsDisposed)
            {
                return;
            }

            var now = Now;

            if (!_keys.IsEmpty && now >= Schedule.ExpiresAt)
            {
                Withdraw();
                expired = true;
            }

            // While a refresh is in progress, its end decides what comes next.
            if (_running is null)
            {
                Advance(now);
            }

            SetTimer();
        }

        if (expired)
        {
            _logger.KeysExpired(_settings.SchemeName, _settings.MaximumAge);
        }
    }

    private void Advance(TimeSpan now)
    {
        if ((IsPlanned && now >= Schedule.UnknownKeyAllowedAt) || (_keys.IsEmpty && now >= Schedule.DueAt))
        {
            Start(forUnknownKey: false);
        }
        else if (_freshness == Freshness.Fresh && now >= Schedule.DueAt)
        {
            _freshness = Freshness.Due;
        }
        else if (_freshness == Freshness.Due && now >= Schedule.DormantAt)
        {
            _freshness = Freshness.Dormant;
        }
    }

    /// <summary>Sets the timer to the next scheduled action.</summary>
    private void SetTimer()
    {
        if (Schedule.Next(hasKeys: !_keys.IsEmpty, _freshness, isRunning: _running is not null, IsPlanned) is { } next)
        {
            // Timers have a resolution of milliseconds and a limit of seven weeks. A timer that fires early finds nothing to do and is set
            // again.
            var delay = next - Now;
            _timer.Change(delay < ShortestTimer ? ShortestTimer : delay > LongestTimer ? LongestTimer : delay, Timeout.InfiniteTimeSpan);
        }
    }

    private void Withdraw()
    {
        _freshness = Freshness.Dormant;
        _keys.RetireWhatIsNotIn(KeySet.Empty);
        _keys = KeySet.Empty;
    }
}
