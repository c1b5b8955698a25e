using System.Security.Claims;
using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Journal;
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

    private readonly AppliedRevocations _applied;
    private readonly RevocationListeners _listeners;
    private readonly RevocationSettings _settings;
    private readonly RevocationMetrics _metrics;
    private readonly ILogger _logger;

    // A realm with two issuers has each mark twice, because the issuer is a part of the hash. Without a journal it is not.
    private readonly string[] _issuers = [string.Empty];
    private readonly HashedName[] _realms = [];
    private int _warned;

    public KeycloakRevocations(string scheme, RevocationSettings settings, RevocationMetrics metrics, ILogger logger)
    {
        Scheme = scheme;
        _settings = settings;
        _metrics = metrics;
        _logger = logger;
        _applied = new AppliedRevocations(scheme, settings, metrics, logger);
        _listeners = new RevocationListeners(scheme, _applied, logger);
        metrics.Open(this);
        if (settings.Shared is { } shared)
        {
            _issuers = [.. settings.Issuers];
            _realms = [.. _issuers.Select(issuer => Names.Of(RevocationKind.Realm, issuer, issuer))];
            shared.Subscribe(ApplyShared);
        }
    }

    /// <inheritdoc />
    public string Scheme { get; }

    /// <inheritdoc />
    public int Count => _applied.Events;

    /// <inheritdoc />
    public DateTimeOffset? Watermark => _applied.Watermark is var seconds and > 0 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    /// <summary>Gets how names are hashed.</summary>
    public NameHash Names => _settings.Shared is null ? NameHash.Local : NameHash.Shared;

    /// <summary>Gets what is shared with other replicas; null if nothing is.</summary>
    public SharedRevocations? Shared => _settings.Shared;

    /// <summary>Gets the number of sessions that were ended for a client.</summary>
    internal int EndedSessions => _applied.EndedSessions;

    /// <summary>Gets the number of changes after which tokens must be introspected.</summary>
    internal int Rechecks => _applied.Rechecks;

    /// <summary>Gets the number of open connections with a watch.</summary>
    internal int Watches => _listeners.Watches;

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

        if (_applied.RejectsNothing)
        {
            return null;
        }

        var match = _applied.Find(token.Marks(Names));
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
    public bool RequiresAnswer(AccessToken token, out long askedAfter)
    {
        askedAfter = long.MinValue;
        return !_applied.RechecksNothing && _applied.RequiresAnswer(token.Marks(Names), out askedAfter);
    }

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
    public Task FlushAsync(CancellationToken cancellationToken = default) =>
        _settings.Shared?.FlushAsync(cancellationToken) ?? Task.CompletedTask;

    /// <inheritdoc />
    public bool IsRevoked(ClaimsPrincipal user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return TokenMarks.TryRead(user, Scheme, Names, _issuers[0], out var marks) && _applied.Find(marks) != RevocationMatch.None;
    }

    /// <inheritdoc />
    public IDisposable Watch(ClaimsPrincipal user, Action revoked)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(revoked);
        return TokenMarks.TryRead(user, Scheme, Names, _issuers[0], out var marks)
            ? _listeners.Watch(marks, revoked)
            : RevocationWatch.None;
    }

    /// <inheritdoc />
    public IDisposable Observe(Action<KeycloakRevocation> observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return _listeners.Observe(observer);
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
        new(kind, id, issuedUntil, RevocationMarks.Later(issuedUntil, _settings.Lifetime), source);

    /// <summary>
    /// Applies an event. Each event reaches the log here: those of the application, of Keycloak's notifications and of other sources.
    /// </summary>
    /// <returns>
    /// False if it changed nothing. A recheck without an <see cref="KeycloakRevocation.EventId"/> always changes something: a response from
    /// before it does not count, even if an equal event was applied before.
    /// </returns>
    public bool Apply(KeycloakRevocation revocation)
    {
        if (RevocationMarks.Later(revocation.ExpiresAt, _settings.ClockSkew) < _settings.Time.GetUtcNow())
        {
            return false;
        }

        var isNew = false;
        var marks = _issuers.SelectMany(issuer => RevocationMarks.Of(revocation, issuer, Names, _settings)).ToArray();
        foreach (var mark in marks)
        {
            isNew |= _applied.Record(mark);
        }

        Share(revocation, marks, isNew);
        if (!isNew)
        {
            return false;
        }

        _metrics.Applied(Scheme, revocation);
        _listeners.Notify(revocation);
        return true;
    }

    private void Share(KeycloakRevocation revocation, RevocationMark[] marks, bool isNew)
    {
        // Also if it changes nothing here, because other replicas may not know what makes it superfluous in this process: its watermark.
        // After a restart, stored events are read again that are in the journal already.
        if (isNew || revocation.Source != RevocationSource.StoredEvent || _applied.Watermark > 0)
        {
            _settings.Shared?.Append(marks);
        }
    }

    /// <summary>Applies a mark that another replica, or this one, has written to the journal.</summary>
    private void ApplyShared(RevocationMark mark)
    {
        if (!_realms.Contains(mark.Realm) || !_applied.Record(mark))
        {
            return;
        }

        var revocation = RevocationMarks.EventOf(mark, _settings.Time.GetUtcNow());
        _metrics.Applied(Scheme, revocation);
        _listeners.Notify(revocation);
    }
}
