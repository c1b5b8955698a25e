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
/// </remarks>
internal sealed class RealmKeys : IDisposable
{
    private readonly RealmSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RefreshGovernor _governor;

    private int _waitingTokens;
    private int _waitingNotifications;

    // The refresh for which the limit of waiting requests has been logged.
    private int _fullAt = -1;

    public RealmKeys(RealmSettings settings, IHttpClientFactory httpClients, TimeProvider time, ILogger logger)
    {
        _settings = settings;
        _time = time;
        _logger = logger;
        _governor = new RefreshGovernor(settings, httpClients, time, logger);
    }

    /// <summary>Keys that the realm lists but that cannot be used, with the reason.</summary>
    public IReadOnlyList<UnusableKey> Unusable => _governor.Keys.Unusable;

    /// <summary>Why the last refresh failed; <see langword="null"/> after a successful one.</summary>
    public RealmFailure? Failure => _governor.Failure;

    /// <summary>The discovery document that was read last; <see langword="null"/> before the first.</summary>
    public DiscoveryDocument? Discovery => _governor.Discovery;

    /// <summary>How many requests wait for a refresh, with an access token or with a notification.</summary>
    internal int Waiters => Volatile.Read(ref _waitingTokens) + Volatile.Read(ref _waitingNotifications);

    /// <summary>Completes when the refresh that is in progress ends; completed if there is none.</summary>
    internal Task Settled
    {
        get
        {
            lock (_governor.Gate)
            {
                return _governor.Running?.Ended ?? Task.CompletedTask;
            }
        }
    }

    /// <summary>Starts to read the keys in the background, with a retry every second or two until it succeeds. Returns at once.</summary>
    public void Prefetch()
    {
        lock (_governor.Gate)
        {
            if (!_governor.IsDisposed && _governor.Started == 0)
            {
                _governor.Start(forUnknownKey: false);
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
        if (_governor.Freshness == Freshness.Fresh || _governor.MayServe())
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
    public bool StillServes(SigningKey key) => !key.Retired && (_governor.Freshness == Freshness.Fresh || _governor.MayServe());

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

            lock (_governor.Gate)
            {
                startedBefore = startedBefore < 0 ? _governor.Started : startedBefore;

                if (Decide(kid, tokenIssuedAt, startedBefore) is { } result)
                {
                    return result;
                }

                if (Volatile.Read(ref Waiting(demand)) >= _settings.MaximumWaiters)
                {
                    return TooManyWait();
                }

                refresh = _governor.StartOrPlan();
                Interlocked.Increment(ref Waiting(demand));
            }

            try
            {
                if (!await refresh.Ended.WaitAsync(cancellationToken))
                {
                    return DecideWithoutRefresh(kid, tokenIssuedAt);
                }
            }
            finally
            {
                Interlocked.Decrement(ref Waiting(demand));
            }
        }
    }

    /// <summary>Stops every refresh and withdraws every key. Waiting requests are told that the keys are unavailable.</summary>
    public void Dispose() => _governor.Dispose();

    private ref int Waiting(KeyDemand demand)
    {
        if (demand == KeyDemand.Notification)
        {
            return ref _waitingNotifications;
        }

        return ref _waitingTokens;
    }

    /// <summary>The result if it needs no refresh; <see langword="null"/> if it does.</summary>
    private KeySearch? Decide(string kid, DateTimeOffset tokenIssuedAt, int startedBefore)
    {
        var schedule = _governor.Schedule;
        var now = _governor.Now;

        if (_governor.IsDisposed)
        {
            return KeySearch.Unavailable(TimeSpan.Zero);
        }

        if (_governor.Freshness == Freshness.Dormant)
        {
            // There are no keys, and a refresh has just failed: do not wait and do not send another request yet.
            return _governor.Keys.IsEmpty && _governor.Running is null && now < schedule.DueAt
                ? KeySearch.Unavailable(schedule.DueAt - now)
                : null;
        }

        if (Listed(kid) is { } listed)
        {
            return listed;
        }

        return _governor.ReadBy > startedBefore || (now < schedule.UnknownKeyAllowedAt && IssuedBeforeKeysWereRead(tokenIssuedAt))
            ? KeySearch.Unknown
            : null;
    }

    /// <summary>The result after a refresh failed: from the cached keys, as far as they may still be used.</summary>
    private KeySearch DecideWithoutRefresh(string kid, DateTimeOffset tokenIssuedAt)
    {
        lock (_governor.Gate)
        {
            if (_governor.Keys.IsEmpty)
            {
                return KeySearch.Unavailable(_governor.Schedule.DueAt - _governor.Now);
            }

            return Listed(kid)
                ?? (IssuedBeforeKeysWereRead(tokenIssuedAt)
                    ? KeySearch.Unknown
                    : KeySearch.Unavailable(_governor.Schedule.UnknownKeyAllowedAt - _governor.Now));
        }
    }

    private KeySearch? Listed(string kid)
    {
        if (_governor.Keys.TryFind(kid, out var key))
        {
            return KeySearch.Found(key);
        }

        return _governor.Keys.FindUnusable(kid) is { } unusable ? KeySearch.NotUsable(unusable) : null;
    }

    /// <summary>
    /// Whether the token was issued before the cached keys were read. The time of reading is the present time minus the elapsed time, so
    /// that changes of the system clock in between have no effect.
    /// </summary>
    private bool IssuedBeforeKeysWereRead(DateTimeOffset tokenIssuedAt) =>
        tokenIssuedAt < _time.GetUtcNow() - (_governor.Now - _governor.ReadAt) - _settings.ClockSkew;

    private KeySearch TooManyWait()
    {
        if (_fullAt != _governor.Started)
        {
            _fullAt = _governor.Started;
            _logger.WaitersFull(_settings.SchemeName, _settings.MaximumWaiters);
        }

        return KeySearch.Unavailable(_governor.IsPlanned ? _governor.Schedule.UnknownKeyAllowedAt - _governor.Now : TimeSpan.Zero);
    }
}
