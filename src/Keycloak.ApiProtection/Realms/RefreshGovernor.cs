using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.Realms;

/// <summary>
/// Decides which keys may be used and when they are read: one refresh at a time, never more often than the schedule allows.
/// </summary>
/// <remarks>
/// A state machine without I/O, clock, timer and lock. <see cref="RealmKeys"/> tells it what happened and when, and starts the refreshes
/// that it returns. All times are relative to the creation of <see cref="RealmKeys"/>, whose lock every member requires, except
/// <see cref="Keys"/>, <see cref="Freshness"/> and <see cref="Failure"/>, which the hot path reads.
/// </remarks>
internal sealed class RefreshGovernor(RealmSettings settings, Random random)
{
    private readonly RefreshSchedule _schedule = new(settings, random);

    private volatile KeySet _keys = KeySet.Empty;
    private volatile Freshness _freshness;
    private volatile RealmFailure? _failure;

    // At most one of them is set: a refresh that starts while one is planned is the planned one.
    private Refresh? _running;
    private Refresh? _planned;

    // The refresh that read the keys, and when it started.
    private int _readBy;
    private TimeSpan _readAt;

    /// <summary>The keys as last read. Never <see langword="null"/>. Does not require the lock.</summary>
    public KeySet Keys => _keys;

    /// <summary>Whether <see cref="Keys"/> may be used without reading them again. Does not require the lock.</summary>
    public Freshness Freshness => _freshness;

    /// <summary>Why the last refresh failed; <see langword="null"/> after a successful one. Does not require the lock.</summary>
    public RealmFailure? Failure => _failure;

    /// <summary>The refresh in progress; <see langword="null"/> if there is none.</summary>
    public Refresh? Running => _running;

    /// <summary>How many refreshes have started.</summary>
    public int Started { get; private set; }

    /// <summary>From when on the keys are no longer used, even if Keycloak cannot be reached.</summary>
    public TimeSpan ExpiresAt => _schedule.ExpiresAt;

    /// <summary>Whether <see cref="Close"/> was called.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>When <see cref="Advance"/> has something to do; <see langword="null"/> if that depends on other events.</summary>
    public TimeSpan? NextAt =>
        _schedule.Next(hasKeys: !_keys.IsEmpty, _freshness, isRunning: _running is not null, isPlanned: _planned is not null);

    /// <summary>The keys will be needed. Returns the first refresh, which the caller must run, or null if there was one.</summary>
    public Refresh? Prefetch(TimeSpan now) => !IsClosed && Started == 0 ? Start(now, forUnknownKey: false) : null;

    /// <summary>The keys are used. Returns a refresh that the caller must run if they are due, otherwise null.</summary>
    public Refresh? Use(TimeSpan now) => _freshness == Freshness.Due ? Start(now, forUnknownKey: false) : null;

    /// <summary>Searches a key. Returns the result, or <see langword="null"/> if it needs a refresh: <see cref="Join"/>.</summary>
    /// <param name="kid">The key's <c>kid</c>.</param>
    /// <param name="tokenAge">The time since the token was issued.</param>
    /// <param name="startedBefore">How many refreshes had started when the search began.</param>
    /// <param name="now">The time.</param>
    public KeySearch? Find(string kid, TimeSpan tokenAge, int startedBefore, TimeSpan now)
    {
        if (IsClosed)
        {
            return KeySearch.Unavailable(TimeSpan.Zero);
        }

        if (_freshness == Freshness.Dormant)
        {
            // There are no keys, and a refresh has just failed: do not wait and do not send another request yet.
            return _keys.IsEmpty && _running is null && now < _schedule.DueAt ? KeySearch.Unavailable(_schedule.DueAt - now) : null;
        }

        if (Listed(kid) is { } listed)
        {
            return listed;
        }

        return _readBy > startedBefore || (now < _schedule.UnknownKeyAllowedAt && IsOlderThanKeys(tokenAge, now))
            ? KeySearch.Unknown
            : null;
    }

    /// <summary>The result after a refresh failed: from the cached keys, as far as they may still be used.</summary>
    public KeySearch FindWithoutRefresh(string kid, TimeSpan tokenAge, TimeSpan now)
    {
        if (_keys.IsEmpty)
        {
            return KeySearch.Unavailable(_schedule.DueAt - now);
        }

        return Listed(kid)
            ?? (IsOlderThanKeys(tokenAge, now) ? KeySearch.Unknown : KeySearch.Unavailable(_schedule.UnknownKeyAllowedAt - now));
    }

    /// <summary>The result if no further search may wait: when to try again.</summary>
    public KeySearch FindLater(TimeSpan now) =>
        KeySearch.Unavailable(_planned is not null ? _schedule.UnknownKeyAllowedAt - now : TimeSpan.Zero);

    /// <summary>
    /// Returns a refresh to wait for: the one in progress, or one that starts now, or, for an unknown key, one that starts when the
    /// cooldown ends.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="isNew">
    /// Whether the caller must act: run the refresh if it has started, otherwise call <see cref="Advance"/> at <see cref="NextAt"/>.
    /// </param>
    public Refresh Join(TimeSpan now, out bool isNew)
    {
        isNew = false;

        if (_running is not null)
        {
            return _running;
        }

        var forUnknownKey = _freshness != Freshness.Dormant;

        if (!forUnknownKey || now >= _schedule.UnknownKeyAllowedAt)
        {
            isNew = true;

            return Start(now, forUnknownKey);
        }

        isNew = _planned is null;

        return _planned ??= new Refresh();
    }

    /// <summary>The refresh in progress has ended.</summary>
    /// <param name="refresh">The refresh.</param>
    /// <param name="read">The keys that it read; null if it failed.</param>
    /// <param name="failure">Why it failed; null if it did not.</param>
    /// <param name="now">The time.</param>
    /// <returns>The keys that are no longer used.</returns>
    public IReadOnlyList<SigningKey> End(Refresh refresh, KeySet? read, RealmFailure? failure, TimeSpan now)
    {
        IReadOnlyList<SigningKey> gone = [];
        _running = null;

        if (IsClosed)
        {
            return gone;
        }

        if (refresh.ForUnknownKey)
        {
            _schedule.CoolDown(now);
        }

        _failure = failure;

        if (read is not null)
        {
            var older = _keys;
            _keys = read.KeepingObjectsOf(older);
            gone = older.RetireWhatIsNotIn(_keys);
            _readBy = refresh.Number;
            _readAt = refresh.StartedAt;
            _schedule.Succeeded(refresh.StartedAt, now);
        }
        else
        {
            _schedule.Failed(now, keysServe: !_keys.IsEmpty);
        }

        _freshness = _keys.IsEmpty ? Freshness.Dormant : Freshness.Fresh;

        return gone;
    }

    /// <summary>Time has passed. Returns a refresh that the caller must run, or null.</summary>
    /// <param name="now">The time.</param>
    /// <param name="expired">Whether the keys have just become too old to be used.</param>
    public Refresh? Advance(TimeSpan now, out bool expired)
    {
        expired = !_keys.IsEmpty && now >= _schedule.ExpiresAt;

        if (expired)
        {
            Withdraw();
        }

        if (_running is not null)
        {
            // Its end decides what comes next.
            return null;
        }

        if ((_planned is not null && now >= _schedule.UnknownKeyAllowedAt) || (_keys.IsEmpty && now >= _schedule.DueAt))
        {
            return Start(now, forUnknownKey: false);
        }

        if (_freshness == Freshness.Fresh && now >= _schedule.DueAt)
        {
            _freshness = Freshness.Due;
        }
        else if (_freshness == Freshness.Due && now >= _schedule.DormantAt)
        {
            _freshness = Freshness.Dormant;
        }

        return null;
    }

    /// <summary>Withdraws every key. Returns the planned refresh, which will not start; null if there is none.</summary>
    public Refresh? Close()
    {
        var planned = _planned;
        IsClosed = true;
        _planned = null;
        Withdraw();

        return planned;
    }

    private Refresh Start(TimeSpan now, bool forUnknownKey)
    {
        var refresh = _planned ?? new Refresh();

        refresh.Start(++Started, now, forUnknownKey || _planned is not null);
        _planned = null;
        _running = refresh;

        if (_freshness == Freshness.Due)
        {
            _freshness = Freshness.Fresh;
        }

        return refresh;
    }

    private KeySearch? Listed(string kid)
    {
        if (_keys.TryFind(kid, out var key))
        {
            return KeySearch.Found(key);
        }

        return _keys.FindUnusable(kid) is { } unusable ? KeySearch.NotUsable(unusable) : null;
    }

    /// <summary>
    /// Whether the token was issued before the cached keys were read. Ages are compared, so that changes of the system clock since the
    /// reading have no effect.
    /// </summary>
    private bool IsOlderThanKeys(TimeSpan tokenAge, TimeSpan now) => tokenAge > now - _readAt + settings.ClockSkew;

    private void Withdraw()
    {
        _freshness = Freshness.Dormant;
        _keys.RetireWhatIsNotIn(KeySet.Empty);
        _keys = KeySet.Empty;
    }
}
