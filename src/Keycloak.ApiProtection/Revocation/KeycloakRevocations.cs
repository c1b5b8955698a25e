using System.Collections.Concurrent;
using System.Security.Claims;
using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Revocation;

/// <summary>The revocations of one scheme: the log, the watches of open connections, and the observers of events.</summary>
internal sealed class KeycloakRevocations : IKeycloakRevocations
{
    // One reason for each kind of event. The code is always the same, except for the watermark.
    private static readonly TokenRejection[] Rejections =
    [
        TokenRejection.Revoked,
        TokenRejection.Revoked.Because("The token's session ended (sid) after the token was issued."),
        TokenRejection.Revoked.Because("All sessions of the token's user ended (sub) after the token was issued."),
        TokenRejection.Revoked.Because("The token was issued before the not-before of its client (azp)."),
        TokenRejection.Revoked.Because("The token was issued before the not-before for all tokens of the realm."),
        TokenRejection.Revoked.Because("This token was revoked (jti)."),
        TokenRejection.RevocationWatermark,
        TokenRejection.Revoked.Because(
            "The session (sid) was ended for the token's client (azp). All tokens of this client for this session are rejected, "
            + "even if they were issued later.",
            "The user must log in with a new session. After a withdrawn consent the session at Keycloak still exists: "
            + "log the user out at Keycloak first. Revocation.EndedSessionLifetime sets how long the tokens are rejected."),
    ];

    private readonly ConcurrentDictionary<RevocationWatch, byte> _watches = new();
    private readonly ConcurrentDictionary<RevocationObserver, byte> _observers = new();
    private readonly RevocationLog _log;
    private readonly EndedSessions _ended;
    private readonly RevocationSettings _settings;
    private readonly RevocationMetrics _metrics;
    private readonly ILogger _logger;
    private int _warned;

    public KeycloakRevocations(string scheme, RevocationSettings settings, RevocationMetrics metrics, ILogger logger)
    {
        Scheme = scheme;
        _settings = settings;
        _metrics = metrics;
        _logger = logger;
        _log = new RevocationLog(settings.Capacity, settings.Lifetime, settings.Time, Merged);
        _ended = new EndedSessions(settings.Capacity, settings.EndedSessionLifetime, settings.Time, Dropped);
        metrics.Open(this);
    }

    /// <inheritdoc />
    public string Scheme { get; }

    /// <inheritdoc />
    public int Count => _log.Count;

    /// <inheritdoc />
    public DateTimeOffset? Watermark => _log.Watermark is var seconds and > 0 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    /// <summary>Gets the number of sessions that were ended for a client.</summary>
    internal int EndedSessions => _ended.Count;

    /// <summary>Gets the number of open connections with a watch.</summary>
    internal int Watches => _watches.Count;

    /// <summary>
    /// Returns why a verified token is rejected; null if it is not revoked. Called for every request: takes no lock and does not allocate.
    /// </summary>
    public TokenRejection? Find(AccessToken token)
    {
        if (token.Lifetime > (long)_settings.Lifetime.TotalSeconds
            && Volatile.Read(ref _warned) == 0
            && Interlocked.Exchange(ref _warned, 1) == 0)
        {
            _logger.TokenOutlivesRevocations(Scheme, TimeSpan.FromSeconds(token.Lifetime), _settings.Lifetime);
        }

        if (_log.IsEmpty && _ended.Count == 0)
        {
            return null;
        }

        var match = Find(token.Marks);
        if (match == RevocationMatch.None)
        {
            return null;
        }

        _metrics.Rejected(Scheme, match);
        return Rejections[(int)match];
    }

    /// <inheritdoc />
    public void RevokeSession(string sessionId, DateTimeOffset? issuedUntil = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(sessionId);
        Apply(RevocationKind.Session, sessionId, issuedUntil ?? UntilNow, RevocationSource.Application);
    }

    /// <inheritdoc />
    public void EndSession(string sessionId, string clientId, bool revokesOfflineAccess = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(sessionId);
        ArgumentException.ThrowIfNullOrEmpty(clientId);
        Apply(RevocationKind.Session, sessionId, UntilNow, RevocationSource.Application, revokesOfflineAccess, clientId);
    }

    /// <inheritdoc />
    public void RevokeUser(string subject, DateTimeOffset? issuedUntil = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(subject);
        Apply(RevocationKind.User, subject, issuedUntil ?? UntilNow, RevocationSource.Application);
    }

    /// <inheritdoc />
    public void RevokeToken(string tokenId, DateTimeOffset expiresAt)
    {
        ArgumentException.ThrowIfNullOrEmpty(tokenId);

        Apply(new KeycloakRevocation(RevocationKind.Token, tokenId, UntilNow, expiresAt, RevocationSource.Application));
    }

    /// <inheritdoc />
    public void NotBefore(string clientId, DateTimeOffset time)
    {
        ArgumentException.ThrowIfNullOrEmpty(clientId);
        Apply(RevocationKind.Client, clientId, time, RevocationSource.Application);
    }

    /// <inheritdoc />
    public void NotBefore(DateTimeOffset time) => Apply(RevocationKind.Realm, null, time, RevocationSource.Application);

    /// <inheritdoc />
    public bool IsRevoked(ClaimsPrincipal user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return TokenMarks.TryRead(user, Scheme, out var marks) && Find(marks) != RevocationMatch.None;
    }

    /// <inheritdoc />
    public IDisposable Watch(ClaimsPrincipal user, Action revoked)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(revoked);
        if (!TokenMarks.TryRead(user, Scheme, out var marks))
        {
            return RevocationWatch.None;
        }

        // Add the watch before the lookup, so that an event in between is noticed by one of the two.
        var watch = new RevocationWatch(marks, revoked, _watches);
        _watches.TryAdd(watch, 0);
        if (Find(marks) != RevocationMatch.None)
        {
            watch.Fire();
        }

        return watch;
    }

    /// <inheritdoc />
    public IDisposable Observe(Action<KeycloakRevocation> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        var observation = new RevocationObserver(observer, _observers);
        _observers.TryAdd(observation, 0);
        return observation;
    }

    /// <summary>Gets the latest possible issue time of a token that exists now. Keycloak's clock may be ahead by the clock skew.</summary>
    public DateTimeOffset UntilNow => _settings.Time.GetUtcNow() + _settings.ClockSkew;

    /// <summary>Applies an event. It is kept for the maximum lifetime of the tokens that it covers.</summary>
    /// <returns>False if it changed nothing.</returns>
    public bool Apply(
        RevocationKind kind,
        string? id,
        DateTimeOffset issuedUntil,
        RevocationSource source,
        bool revokesOfflineAccess = false,
        string? endedForClient = null) =>
        Apply(new KeycloakRevocation(kind, id, issuedUntil, Later(issuedUntil, _settings.Lifetime), source)
        {
            RevokesOfflineAccess = revokesOfflineAccess,
            EndedForClient = endedForClient,
        });

    private RevocationMatch Find(in TokenMarks token)
    {
        var match = _log.Find(token);
        return match == RevocationMatch.None && _ended.Covers(token) ? RevocationMatch.EndedSession : match;
    }

    private static DateTimeOffset Later(DateTimeOffset time, TimeSpan span) =>
        time > DateTimeOffset.MaxValue - span ? DateTimeOffset.MaxValue : time + span;

    private bool Apply(KeycloakRevocation revocation)
    {
        // Tokens are accepted until the clock skew after they expire, so the event is kept that long, too.
        var until = revocation.IssuedUntil.ToUnixTimeSeconds();
        var key = RevocationKey.Of(revocation.Kind, revocation.Id);
        var isNew = revocation.Kind == RevocationKind.Realm
            ? _log.NotBefore(until)
            : _log.Add(
                revocation.Kind == RevocationKind.Client ? RevocationKey.Spread(RevocationKey.Short(key)) : key,
                until,
                Later(revocation.ExpiresAt, _settings.ClockSkew).ToUnixTimeSeconds() + 1);
        if (revocation.EndedForClient is { } client)
        {
            // An offline session outlives the logout, unless Keycloak says that it ended, too.
            var shortClient = RevocationKey.Short(RevocationKey.Of(RevocationKind.Client, client));
            isNew |= _ended.Add(RevocationKey.SessionOfClient(key, shortClient, isOffline: false));
            if (revocation.RevokesOfflineAccess)
            {
                isNew |= _ended.Add(RevocationKey.SessionOfClient(key, shortClient, isOffline: true));
            }
        }

        if (!isNew)
        {
            return false;
        }

        _metrics.Applied(Scheme, revocation);

        // Checking all watches takes a few nanoseconds each, which is less than the cost of an index.
        foreach (var (watch, _) in _watches)
        {
            if (Find(watch.Marks) != RevocationMatch.None)
            {
                watch.Fire();
            }
        }

        foreach (var (observer, _) in _observers)
        {
            try
            {
                observer.Notify(revocation);
            }
#pragma warning disable CA1031 // an exception of an observer must not stop the revocation or the other observers
            catch (Exception failure)
#pragma warning restore CA1031
            {
                _logger.ObserverFailed(failure, Scheme);
            }
        }

        return true;
    }

    private void Dropped(int sessions)
    {
        _metrics.Dropped(Scheme, sessions);
        _logger.EndedSessionsDropped(Scheme, sessions);
    }

    private void Merged(int events, DateTimeOffset watermark)
    {
        _metrics.Merged(Scheme, events);
        _logger.RevocationsMerged(Scheme, events, watermark);
    }
}
