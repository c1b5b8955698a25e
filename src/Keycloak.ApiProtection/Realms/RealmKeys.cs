using System.Diagnostics.CodeAnalysis;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Realms.Keys;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Realms;

/// <summary>The signing keys of one realm: always at hand, read again when due, never asked for more often than the laws allow.</summary>
/// <remarks>
/// <para>There is one refresh at a time. Those who wait are all answered after it; who gives up ends his own wait only.</para>
/// <para>Who asks for a key that is not there waits for a refresh that starts after the question: only then is the answer no for certain.
/// Such
/// refreshes keep a cooldown between them; who asks meanwhile waits for the one at its end, because the token may be the first one of a
/// rotated key. A token issued before the keys we hold were read cannot be that, and is answered at once.</para>
/// <para>Nothing is remembered of an unknown key: there is nothing that a stranger could make grow.</para>
/// </remarks>
internal sealed class RealmKeys : IDisposable
{
    private readonly RealmSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RefreshGovernor _governor;

    private int _waitingTokens;
    private int _waitingNotifications;

    // The refresh for which the log has been told that too many wait.
    private int _fullAt = -1;

    public RealmKeys(RealmSettings settings, IHttpClientFactory httpClients, TimeProvider time, ILogger logger)
    {
        _settings = settings;
        _time = time;
        _logger = logger;
        _governor = new RefreshGovernor(settings, httpClients, time, logger);
    }

    /// <summary>Keys that the realm lists and that cannot be used, with the reason.</summary>
    public IReadOnlyList<UnusableKey> Unusable => _governor.Keys.Unusable;

    /// <summary>Why the last reading failed; <see langword="null"/> after a good one.</summary>
    public RealmFailure? Failure => _governor.Failure;

    /// <summary>The discovery document that was read last; <see langword="null"/> before the first.</summary>
    public DiscoveryDocument? Discovery => _governor.Discovery;

    /// <summary>How many requests wait for a refresh, with a token or with a notification.</summary>
    internal int Waiters => Volatile.Read(ref _waitingTokens) + Volatile.Read(ref _waitingNotifications);

    /// <summary>Ends with the refresh that is under way, if one is.</summary>
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

    /// <summary>Reads the keys in the background, and again every second or two until it succeeds. Returns at once.</summary>
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
    /// Finds a key that may be used right now. No lock, no allocation, no wait; starts a background refresh when one is due.
    /// </summary>
    /// <returns>False where <see cref="FindAsync"/> must be asked: the key is not there, or the keys are too old to be used
    /// unasked.</returns>
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
    /// Whether what was verified with this key still counts: for caches, on every hit. As cheap as <see cref="TryFind"/>, and like it the
    /// spark for a background refresh: an API that answers from its cache alone would otherwise never learn of a removed key.
    /// </summary>
    /// <returns>False where the key must be looked up again.</returns>
    public bool StillServes(SigningKey key) => !key.Retired && (_governor.Freshness == Freshness.Fresh || _governor.MayServe());

    /// <summary>Finds a key after <see cref="TryFind"/> has said no, with at most one refresh, shared by all who wait.</summary>
    /// <param name="kid">The key's name.</param>
    /// <param name="tokenIssuedAt">
    /// The token's <c>iat</c>, <see cref="DateTimeOffset.MaxValue"/> where it has none: it tells whether the keys we hold are younger.
    /// </param>
    /// <param name="cancellationToken">Ends this wait, never the refresh that others wait for.</param>
    /// <param name="demand">What the key is for: notifications have as many places to wait as access tokens, and places of their own.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
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

        var asked = -1;

        // At most: the refresh under way, the one after the question, the answer.
        while (true)
        {
            Refresh refresh;

            lock (_governor.Gate)
            {
                asked = asked < 0 ? _governor.Started : asked;

                if (Decide(kid, tokenIssuedAt, asked) is { } answer)
                {
                    return answer;
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

    /// <summary>Stops every refresh and withdraws every key; who waits is told that the keys are unavailable.</summary>
    public void Dispose() => _governor.Dispose();

    private ref int Waiting(KeyDemand demand)
    {
        if (demand == KeyDemand.Notification)
        {
            return ref _waitingNotifications;
        }

        return ref _waitingTokens;
    }

    /// <summary>The answer where it needs no refresh; <see langword="null"/> where it does.</summary>
    private KeySearch? Decide(string kid, DateTimeOffset tokenIssuedAt, int asked)
    {
        var schedule = _governor.Schedule;
        var now = _governor.Now;

        if (_governor.IsDisposed)
        {
            return KeySearch.Unavailable(TimeSpan.Zero);
        }

        if (_governor.Freshness == Freshness.Dormant)
        {
            // No keys, and Keycloak had none for us a moment ago: nobody waits, nobody asks.
            return _governor.Keys.IsEmpty && _governor.Running is null && now < schedule.DueAt
                ? KeySearch.Unavailable(schedule.DueAt - now)
                : null;
        }

        if (Listed(kid) is { } listed)
        {
            return listed;
        }

        return _governor.ReadBy > asked || (now < schedule.UnknownKeyAllowedAt && IssuedBeforeKeysWereRead(tokenIssuedAt))
            ? KeySearch.Unknown
            : null;
    }

    /// <summary>The answer after a refresh failed: from the keys that still serve, where they can tell.</summary>
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
    /// By what our clock says now, less what has passed since: a clock that was set back or forth in between does not matter.
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
