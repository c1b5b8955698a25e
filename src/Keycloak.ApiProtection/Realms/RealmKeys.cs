using System.Diagnostics.CodeAnalysis;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Realms.Keys;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Realms;

/// <summary>The signing keys of one realm. They are cached, refreshed when due, and requested at a limited rate.</summary>
/// <remarks>
/// <para>One refresh runs at a time, and all waiting requests share it. Canceling one request ends only its own wait.</para>
/// <para>A search for a missing key waits for a refresh that starts after the search. Only then is the key known to be absent. Such
/// refreshes are rate-limited: searches during the cooldown wait for the refresh at its end, because the token may be the first one
/// signed with a rotated key. A token issued before the cached keys were read cannot be that, so its search ends at once.</para>
/// <para>Unknown keys are not remembered, so requests with invalid tokens cannot make memory grow.</para>
/// <para><see cref="RefreshGovernor"/> decides and <see cref="RefreshRunner"/> acts; this class has the lock, the clock and the waiting
/// requests. A timer watches the time, so that the hot path reads only two fields.</para>
/// </remarks>
internal sealed class RealmKeys : IDisposable
{
    private readonly RealmSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RefreshGovernor _governor;
    private readonly RefreshRunner _runner;
    private readonly Lock _gate = new();
    private readonly long _origin;

    private int _waitingTokens;
    private int _waitingNotifications;

    // The refresh for which the limit of waiting requests has been logged.
    private int _fullAt = -1;

    public RealmKeys(RealmSettings settings, IHttpClientFactory httpClients, TimeProvider time, ILogger logger)
    {
        _settings = settings;
        _time = time;
        _logger = logger;
        _origin = time.GetTimestamp();
        _governor = new RefreshGovernor(settings, Random.Shared);
        _runner = new RefreshRunner(settings, httpClients, time, logger, End, OnTimer);
    }

    /// <summary>Keys that the realm lists but that cannot be used, with the reason.</summary>
    public IReadOnlyList<UnusableKey> Unusable => _governor.Keys.Unusable;

    /// <summary>The settings with which the realm is read.</summary>
    public RealmSettings Settings => _settings;

    /// <summary>The number of keys that were read last.</summary>
    public int Count => _governor.Keys.Count;

    /// <summary>Whether the keys may be used without reading them again.</summary>
    public Freshness Freshness => _governor.Freshness;

    /// <summary>Why the last refresh failed; <see langword="null"/> after a successful one.</summary>
    public RealmFailure? Failure => _governor.Failure;

    /// <summary>The discovery document that was read last; <see langword="null"/> before the first.</summary>
    public DiscoveryDocument? Discovery => _runner.Discovery;

    /// <summary>How many requests wait for a refresh, with an access token or with a notification.</summary>
    internal int Waiters => Volatile.Read(ref _waitingTokens) + Volatile.Read(ref _waitingNotifications);

    /// <summary>The time since this object was created, by a monotonic clock.</summary>
    private TimeSpan Now => _time.GetElapsedTime(_origin);

    /// <summary>Completes when the refresh that is in progress ends; completed if there is none.</summary>
    internal Task Settled
    {
        get
        {
            lock (_gate)
            {
                return _governor.Running?.Ended ?? Task.CompletedTask;
            }
        }
    }

    /// <summary>Starts to read the keys in the background, with a retry every second or two until it succeeds. Returns at once.</summary>
    public void Prefetch()
    {
        lock (_gate)
        {
            _runner.Run(_governor.Prefetch(Now));
        }
    }

    /// <summary>
    /// Reads the keys again because they have changed in Keycloak: now, or when the cooldown ends. Returns at once.
    /// </summary>
    public void ReadAgain()
    {
        lock (_gate)
        {
            if (!_governor.IsClosed)
            {
                _ = Join();
            }
        }
    }

    /// <summary>
    /// Finds a key that may be used now. Does not allocate or wait. Starts a background refresh if one is due, and locks only then.
    /// </summary>
    /// <returns>
    /// False if <see cref="FindAsync"/> must be called: the key is missing, or the keys are too old to be used before a refresh.
    /// </returns>
    public bool TryFind(ReadOnlySpan<byte> kid, [NotNullWhen(true)] out SigningKey? key)
    {
        if (_governor.Freshness == Freshness.Fresh || MayServe())
        {
            return _governor.Keys.TryFind(kid, out key);
        }

        key = null;

        return false;
    }

    /// <summary>
    /// Whether what was verified with this key is still valid. Caches call it on every hit. It costs no more than <see cref="TryFind"/>
    /// and also starts a background refresh if one is due; otherwise an API that only uses its cache would never notice a removed key.
    /// </summary>
    /// <returns>False if the key must be looked up again.</returns>
    public bool StillServes(SigningKey key) => !key.Retired && (_governor.Freshness == Freshness.Fresh || MayServe());

    /// <summary>Finds a key after <see cref="TryFind"/> returned false, with at most one refresh, shared by all waiting requests.</summary>
    /// <param name="kid">The key's <c>kid</c>.</param>
    /// <param name="tokenIssuedAt">
    /// The token's <c>iat</c>, <see cref="DateTimeOffset.MaxValue"/> if it has none: it shows whether the cached keys are newer.
    /// </param>
    /// <param name="cancellationToken">Cancels this wait, never the refresh that other requests wait for.</param>
    /// <param name="demand">What the key is for. As many notifications as access tokens may wait; each kind is counted separately.</param>
    /// <exception cref="OperationCanceledException">The cancellation token was canceled.</exception>
    public async ValueTask<KeySearch> FindAsync(
        string kid,
        DateTimeOffset tokenIssuedAt,
        CancellationToken cancellationToken,
        KeyDemand demand = KeyDemand.AccessToken)
    {
        if (kid.Length is 0 or > JsonWebKey.LongestId)
        {
            return KeySearch.Unknown;
        }

        var startedBefore = -1;

        // At most three iterations: the refresh in progress, the one that starts after the search, and the decision.
        while (true)
        {
            Refresh refresh;

            lock (_gate)
            {
                startedBefore = startedBefore < 0 ? _governor.Started : startedBefore;

                if (_governor.Find(kid, AgeOf(tokenIssuedAt), startedBefore, Now) is { } result)
                {
                    return result;
                }

                if (Volatile.Read(ref Waiting(demand)) >= _settings.MaximumWaiters)
                {
                    return TooManyWait();
                }

                refresh = Join();
                Interlocked.Increment(ref Waiting(demand));
            }

            try
            {
                if (!await refresh.Ended.WaitAsync(cancellationToken))
                {
                    lock (_gate)
                    {
                        return _governor.FindWithoutRefresh(kid, AgeOf(tokenIssuedAt), Now);
                    }
                }
            }
            finally
            {
                Interlocked.Decrement(ref Waiting(demand));
            }
        }
    }

    /// <summary>Stops every refresh and withdraws every key. Waiting requests are told that the keys are unavailable.</summary>
    public void Dispose()
    {
        Refresh? planned;

        lock (_gate)
        {
            if (_governor.IsClosed)
            {
                return;
            }

            planned = _governor.Close();
        }

        _runner.Dispose();
        planned?.End(succeeded: false);
    }

    private ref int Waiting(KeyDemand demand)
    {
        if (demand == KeyDemand.Notification)
        {
            return ref _waitingNotifications;
        }

        return ref _waitingTokens;
    }

    private TimeSpan AgeOf(DateTimeOffset tokenIssuedAt) => _time.GetUtcNow() - tokenIssuedAt;

    /// <summary>Starts a refresh in the background if the keys are due. False if they must not be used before that.</summary>
    private bool MayServe()
    {
        if (_governor.Freshness == Freshness.Dormant)
        {
            return false;
        }

        lock (_gate)
        {
            _runner.Run(_governor.Use(Now));

            return _governor.Freshness != Freshness.Dormant;
        }
    }

    private Refresh Join()
    {
        var refresh = _governor.Join(Now, out var isNew);

        if (isNew && refresh.HasStarted)
        {
            _runner.Run(refresh);
        }
        else if (isNew)
        {
            SetTimer();
        }

        return refresh;
    }

    private KeySearch TooManyWait()
    {
        if (_fullAt != _governor.Started)
        {
            _fullAt = _governor.Started;
            _logger.WaitersFull(_settings.SchemeName, _settings.MaximumWaiters);
        }

        return _governor.FindLater(Now);
    }

    /// <summary>Ends a refresh with its result. Returns what it has changed; null after <see cref="Dispose"/>.</summary>
    private RefreshRunner.Change? End(Refresh refresh, KeySet? read, RealmFailure? failure)
    {
        lock (_gate)
        {
            var now = Now;
            var older = _governor.Keys;
            var gone = _governor.End(refresh, read, failure, now);

            if (_governor.IsClosed)
            {
                return null;
            }

            SetTimer();

            return new(older, _governor.Keys, gone, _time.GetUtcNow() + (_governor.ExpiresAt - now));
        }
    }

    private void OnTimer()
    {
        bool expired;

        lock (_gate)
        {
            if (_governor.IsClosed)
            {
                return;
            }

            _runner.Run(_governor.Advance(Now, out expired));
            SetTimer();
        }

        if (expired)
        {
            _logger.KeysExpired(_settings.SchemeName, _settings.MaximumAge);
        }
    }

    /// <summary>Sets the timer to the next scheduled action.</summary>
    private void SetTimer()
    {
        if (_governor.NextAt is { } next)
        {
            _runner.WakeAfter(next - Now);
        }
    }
}
