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
        TokenRejection.Revoked.Because("The token's session (sid) ended for the token's client (azp) after the token was issued."),
        TokenRejection.Recheck,
    ];

    private readonly ConcurrentDictionary<RevocationWatch, byte> _watches = new();
    private readonly ConcurrentDictionary<RevocationObserver, byte> _observers = new();
    private readonly RevocationLog _log;
    private readonly EndedSessions _ended;
    private readonly Rechecks _rechecks;
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
        _rechecks = new Rechecks(settings.Capacity, Long(settings.Lifetime, settings.ClockSkew), settings.Time, RechecksMerged);
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

    /// <summary>Gets the number of changes after which tokens must be introspected.</summary>
    internal int Rechecks => _rechecks.Count;

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

    /// <summary>
    /// Returns whether Keycloak must be asked about a verified token, because rights have changed since it was issued. Called for every
    /// request: takes no lock and does not allocate.
    /// </summary>
    /// <param name="token">The token.</param>
    /// <param name="askedAfter">Only a response to an introspection request that was sent after this timestamp counts.</param>
    public bool RequiresAnswer(AccessToken token, out long askedAfter) => _rechecks.Covers(token.Marks, out askedAfter);

    /// <summary>Returns the rejection of a token about which Keycloak must be asked, for an API that cannot ask.</summary>
    public TokenRejection RejectUnasked()
    {
        _metrics.Rejected(Scheme, RevocationMatch.Recheck);
        return Rejections[(int)RevocationMatch.Recheck];
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
    public void RevokeOnlineSessions(string subject, DateTimeOffset? issuedUntil = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(subject);
        Apply(Event(RevocationKind.User, subject, issuedUntil ?? UntilNow, RevocationSource.Application) with
        {
            OnlineSessionsOnly = true,
        });
    }

    /// <inheritdoc />
    public void RevokeClientSession(string sessionId, string clientId, DateTimeOffset? issuedUntil = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(sessionId);
        ArgumentException.ThrowIfNullOrEmpty(clientId);
        Apply(Event(RevocationKind.ClientSession, sessionId, issuedUntil ?? UntilNow, RevocationSource.Application) with
        {
            ClientId = clientId,
        });
    }

    /// <inheritdoc />
    public void RecheckUser(string subject, string? clientId = null, DateTimeOffset? issuedUntil = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(subject);
        Apply(Event(RevocationKind.RecheckUser, subject, issuedUntil ?? UntilNow, RevocationSource.Application) with
        {
            ClientId = string.IsNullOrEmpty(clientId) ? null : clientId,
        });
    }

    /// <inheritdoc />
    public void RecheckAll(DateTimeOffset? issuedUntil = null) =>
        Apply(Event(RevocationKind.RecheckAll, null, issuedUntil ?? UntilNow, RevocationSource.Application));

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
        Apply(Event(kind, id, issuedUntil, source) with
        {
            RevokesOfflineAccess = revokesOfflineAccess,
            EndedForClient = endedForClient,
        });

    /// <summary>Creates an event that is kept for the maximum lifetime of the tokens that it covers.</summary>
    public KeycloakRevocation Event(RevocationKind kind, string? id, DateTimeOffset issuedUntil, RevocationSource source) =>
        new(kind, id, issuedUntil, Later(issuedUntil, _settings.Lifetime), source);

    private RevocationMatch Find(in TokenMarks token)
    {
        var match = _log.Find(token);
        return match == RevocationMatch.None && _ended.Covers(token) ? RevocationMatch.EndedSession : match;
    }

    // A change can be up to the clock skew ahead of this machine's clock, and a token is accepted until the clock skew after it expires.
    private static TimeSpan Long(TimeSpan lifetime, TimeSpan clockSkew) => lifetime + clockSkew + clockSkew;

    private static DateTimeOffset Later(DateTimeOffset time, TimeSpan span) =>
        time > DateTimeOffset.MaxValue - span ? DateTimeOffset.MaxValue : time + span;

    /// <summary>
    /// Applies an event. Each event reaches the log here: those of the application, of Keycloak's notifications and of other sources.
    /// </summary>
    /// <returns>
    /// False if it changed nothing. A recheck always changes something: a response from before it does not count, even if an equal event
    /// was applied before. So apply it once.
    /// </returns>
    public bool Apply(KeycloakRevocation revocation)
    {
        if (!Record(revocation))
        {
            return false;
        }

        _metrics.Applied(Scheme, revocation);
        if (revocation.Kind is not (RevocationKind.RecheckUser or RevocationKind.RecheckAll))
        {
            FireWatches();
        }

        Notify(revocation);
        return true;
    }

    private bool Record(KeycloakRevocation revocation)
    {
        if (Later(revocation.ExpiresAt, _settings.ClockSkew) < _settings.Time.GetUtcNow())
        {
            return false;
        }

        var until = revocation.IssuedUntil.ToUnixTimeSeconds();
        var key = RevocationKey.Of(KindOfId(revocation.Kind), revocation.Id);
        switch (revocation.Kind)
        {
            case RevocationKind.Realm:
                return _log.NotBefore(until);
            case RevocationKind.Client:
                return Add(RevocationKey.Spread(RevocationKey.Short(key)), revocation);
            case RevocationKind.User when revocation.OnlineSessionsOnly:
                return Add(RevocationKey.OnlineSessionsOf(key), revocation);
            case RevocationKind.ClientSession:
                var client = ShortClient(revocation.ClientId);
                var isNew = Add(RevocationKey.SessionOfClient(key, client, isOffline: false), revocation);
                return Add(RevocationKey.SessionOfClient(key, client, isOffline: true), revocation) || isNew;
            case RevocationKind.RecheckUser:
                return Recheck(
                    revocation.ClientId is null
                        ? key : RevocationKey.SessionOfClient(key, ShortClient(revocation.ClientId), isOffline: false),
                    until);
            case RevocationKind.RecheckAll:
                _rechecks.AddEveryone(NotLaterThanNow(until));
                return true;
            case RevocationKind.Session or RevocationKind.User or RevocationKind.Token:
                return EndForClient(revocation, key) | Add(key, revocation);
            default:
                return false;
        }
    }

    private bool Recheck(ulong key, long until)
    {
        if (key != 0)
        {
            _rechecks.Add(key, NotLaterThanNow(until));
        }

        return key != 0;
    }

    // A token that is issued later than the latest time that Keycloak's clock can show now has the new rights.
    private long NotLaterThanNow(long until) => Math.Min(until, UntilNow.ToUnixTimeSeconds());

    private static RevocationKind KindOfId(RevocationKind kind) => kind switch
    {
        RevocationKind.ClientSession => RevocationKind.Session,
        RevocationKind.RecheckUser => RevocationKind.User,
        _ => kind,
    };

    private static ulong ShortClient(string? client) => RevocationKey.Short(RevocationKey.Of(RevocationKind.Client, client));

    // Tokens are accepted until the clock skew after they expire, so the event is kept that long, too.
    private bool Add(ulong key, KeycloakRevocation revocation) =>
        key != 0 && _log.Add(
            key, revocation.IssuedUntil.ToUnixTimeSeconds(), Later(revocation.ExpiresAt, _settings.ClockSkew).ToUnixTimeSeconds() + 1);

    private bool EndForClient(KeycloakRevocation revocation, ulong session)
    {
        if (revocation.EndedForClient is not { } client)
        {
            return false;
        }

        // An offline session outlives the logout, unless Keycloak says that it ended, too.
        var isNew = _ended.Add(RevocationKey.SessionOfClient(session, ShortClient(client), isOffline: false));
        return revocation.RevokesOfflineAccess
            ? _ended.Add(RevocationKey.SessionOfClient(session, ShortClient(client), isOffline: true)) || isNew
            : isNew;
    }

    private void FireWatches()
    {
        // Checking all watches takes a few nanoseconds each, which is less than the cost of an index.
        foreach (var (watch, _) in _watches)
        {
            if (Find(watch.Marks) != RevocationMatch.None)
            {
                watch.Fire();
            }
        }
    }

    private void Notify(KeycloakRevocation revocation)
    {
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
    }

    private void RechecksMerged(int changes) => _logger.RechecksMerged(Scheme, changes);

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
