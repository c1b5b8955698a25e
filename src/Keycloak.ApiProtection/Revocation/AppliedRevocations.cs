using Keycloak.ApiProtection.Claims.Marks;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Journal;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Revocation;

/// <summary>
/// What a scheme's revocations say of a token: the log of events, the sessions that ended for a client, and the changes of rights. Each
/// mark is recorded here, whether it comes from this process or from the journal.
/// </summary>
internal sealed class AppliedRevocations
{
    private readonly string _scheme;
    private readonly RevocationLog _log;
    private readonly EndedSessions _ended;
    private readonly Rechecks _rechecks;
    private readonly AppliedRechecks _known = new();
    private readonly RevocationSettings _settings;
    private readonly RevocationMetrics _metrics;
    private readonly ILogger _logger;

    public AppliedRevocations(string scheme, RevocationSettings settings, RevocationMetrics metrics, ILogger logger)
    {
        _scheme = scheme;
        _settings = settings;
        _metrics = metrics;
        _logger = logger;
        _log = new RevocationLog(settings.Capacity, settings.Lifetime, settings.Time, Merged);
        _ended = new EndedSessions(settings.Capacity, settings.EndedSessionLifetime, settings.Time, Dropped);

        // A change can be up to the clock skew ahead of this machine's clock, and a token is accepted until the clock skew after it
        // expires.
        _rechecks = new Rechecks(
            settings.Capacity,
            settings.Lifetime + settings.ClockSkew + settings.ClockSkew,
            settings.Time,
            changes => logger.RechecksMerged(scheme, changes));
    }

    /// <summary>Gets the number of events in the log.</summary>
    public int Events => _log.Count;

    /// <summary>Gets the number of sessions that were ended for a client.</summary>
    public int EndedSessions => _ended.Count;

    /// <summary>Gets the number of changes after which tokens must be introspected.</summary>
    public int Rechecks => _rechecks.Count;

    /// <summary>Gets the watermark of the log in seconds since 1970; -1 if there is none.</summary>
    public long Watermark => _log.Watermark;

    /// <summary>Gets whether no token is rejected.</summary>
    public bool RejectsNothing => _log.IsEmpty && _ended.Count == 0;

    /// <summary>Gets whether no token must be introspected because of a change of rights.</summary>
    public bool RechecksNothing => _rechecks.IsEmpty;

    /// <summary>Finds the event that rejects a token. Takes no lock and does not allocate.</summary>
    public RevocationMatch Find(in TokenMarks token)
    {
        var match = _log.Find(token);
        return match == RevocationMatch.None && _ended.Covers(token) ? RevocationMatch.EndedSession : match;
    }

    /// <summary>
    /// Returns whether Keycloak must be asked about a token, and after which timestamp. Takes no lock and does not allocate.
    /// </summary>
    public bool RequiresAnswer(in TokenMarks token, out long askedAfter) => _rechecks.Covers(token, out askedAfter);

    /// <summary>Records a mark. False if it changes nothing.</summary>
    public bool Record(RevocationMark mark)
    {
        var name = mark.Name.Key;
        var client = RevocationKey.Short(mark.Client.Key);
        switch (mark.Kind)
        {
            case MarkKind.Realm:
                return _log.NotBefore(mark.Until);
            case MarkKind.Watermark:
                return _log.RaiseWatermark(mark.Until);
            case MarkKind.Client:
                return Add(RevocationKey.Spread(RevocationKey.Short(name)), mark);
            case MarkKind.OnlineUser:
                return Add(RevocationKey.OnlineSessionsOf(name), mark);
            case MarkKind.ClientSession:
                var isNew = Add(RevocationKey.SessionOfClient(name, client, isOffline: false), mark);
                return Add(RevocationKey.SessionOfClient(name, client, isOffline: true), mark) || isNew;
            case MarkKind.EndedSession or MarkKind.EndedOfflineSession:
                return _ended.Add(
                    RevocationKey.SessionOfClient(name, client, isOffline: mark.Kind == MarkKind.EndedOfflineSession), mark.Lifetime);
            case MarkKind.RecheckUser or MarkKind.RecheckClientOfUser or MarkKind.RecheckRealm:
                return Recheck(mark, name, client);
            default:
                return Add(name, mark);
        }
    }

    private bool Add(ulong key, RevocationMark mark) =>
        key != 0 && _log.Add(key, mark.Until, RevocationMarks.Later(_settings.Time.GetUtcNow(), mark.Lifetime).ToUnixTimeSeconds());

    private bool Recheck(RevocationMark mark, ulong user, ulong client)
    {
        if (!_known.Add(mark))
        {
            return false;
        }

        if (mark.Kind == MarkKind.RecheckRealm)
        {
            _rechecks.AddEveryone(mark.Until);
        }
        else
        {
            _rechecks.Add(
                mark.Kind == MarkKind.RecheckUser ? user : RevocationKey.SessionOfClient(user, client, isOffline: false), mark.Until);
        }

        return true;
    }

    private void Dropped(int sessions)
    {
        _metrics.Dropped(_scheme, sessions);
        _logger.EndedSessionsDropped(_scheme, sessions);
    }

    private void Merged(int events, DateTimeOffset watermark)
    {
        _metrics.Merged(_scheme, events);
        _logger.RevocationsMerged(_scheme, events, watermark);
    }
}
