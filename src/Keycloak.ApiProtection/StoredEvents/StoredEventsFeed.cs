using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Revocation;

namespace Keycloak.ApiProtection.StoredEvents;

/// <summary>Reads the events that Keycloak stores, and applies what they mean for tokens to the revocations of one scheme.</summary>
internal sealed class StoredEventsFeed
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PauseWithoutSupport = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan SettingsInterval = TimeSpan.FromMinutes(10);

    private readonly StoredEventsSettings _settings;
    private readonly EventStores _stores;
    private readonly RealmKeys _keys;
    private readonly KeycloakRevocations _revocations;
    private readonly IPollingTurn _turn;
    private readonly StoredEventsMetrics _metrics;
    private readonly StoredEventsReports _reports;
    private readonly EventReader _userEvents;
    private readonly EventReader _adminEvents;

    private volatile StoredEventsState _state;
    private IReadOnlyList<string> _types = UserEventRules.Types;
    private long? _settingsReadAt;
    private string? _realm;
    private string? _otherRealm;
    private bool _hasOwnEvents;
    private int _failures;

    public StoredEventsFeed(
        StoredEventsSettings settings,
        EventStores stores,
        RealmKeys keys,
        KeycloakRevocations revocations,
        IPollingTurn turn,
        StoredEventsMetrics metrics,
        StoredEventsReports reports)
    {
        _settings = settings;
        _stores = stores;
        _keys = keys;
        _revocations = revocations;
        _turn = turn;
        _metrics = metrics;
        _reports = reports;

        // After a restart the revocations are gone: read back as far as there can be tokens.
        var now = settings.Time.GetUtcNow();
        var start = now - settings.Lifetime - settings.ClockSkew - settings.Overlap;
        _userEvents = new EventReader(stores, EventStoreKind.User, new EventCursor(settings.Overlap, start), settings.Time);
        _adminEvents = new EventReader(stores, EventStoreKind.Admin, new EventCursor(settings.Overlap, start), settings.Time);
        _state = new StoredEventsState(now, IsMyTurn: true, LastSuccess: null, Problem: null);
        metrics.Open(this);
    }

    /// <summary>Gets the scheme.</summary>
    public string Scheme => _settings.Scheme;

    /// <summary>Gets whether the events are read at present. For health checks.</summary>
    public StoredEventsState State => _state;

    /// <summary>Gets the time since the last successful poll.</summary>
    public TimeSpan Silence => _state.Silence(_settings.Time.GetUtcNow());

    /// <summary>Polls until the application stops.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _reports.Started(_stores.Address, _settings.PollInterval);
        while (true)
        {
            var pause = await PollAsync(cancellationToken);
            await Task.Delay(pause, _settings.Time, cancellationToken);
        }
    }

    /// <summary>Polls once, if it is this process's turn, and returns the pause until the next poll.</summary>
    /// <exception cref="OperationCanceledException">The cancellation token was canceled; nothing else is thrown.</exception>
    public async Task<TimeSpan> PollAsync(CancellationToken cancellationToken)
    {
        var began = _settings.Time.GetUtcNow();
        RealmFailure? failure;
        try
        {
            if (!await _turn.MayPollAsync(_stores.Address, cancellationToken))
            {
                _state = _state with { Since = began, IsMyTurn = false, Problem = null };
                return _settings.PollInterval;
            }

            if (!_state.IsMyTurn)
            {
                _state = _state with { Since = began, IsMyTurn = true };
            }

            failure = await ReadAsync(cancellationToken);
        }
#pragma warning disable CA1031 // whatever Keycloak sends, and whatever an observer or a replica does, the next poll must follow
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            failure = RealmFailure.Unexpected(_stores.Address, error);
        }

        _metrics.Polled(Scheme, failure?.Code ?? "ok");
        return failure is null ? Succeeded(began) : Failed(failure);
    }

    private TimeSpan Succeeded(DateTimeOffset began)
    {
        _failures = 0;
        _state = _state with { LastSuccess = began, Problem = null };
        _reports.Succeeded();
        return _settings.PollInterval;
    }

    private TimeSpan Failed(RealmFailure failure)
    {
        _state = _state with { Problem = failure };
        _reports.Failed(failure, Silence, _settings.MaxSilence);
        if (failure.Code == StoredEventsFailures.Version)
        {
            return PauseWithoutSupport;
        }

        var pause = _settings.PollInterval * Math.Pow(2, Math.Min(_failures++, 10));
        var longest = _settings.PollInterval > LongestPause ? _settings.PollInterval : LongestPause;
        pause = failure.RetryAfter is { } asked && asked > pause ? asked : pause;
        return pause < longest ? pause : longest;
    }

    private async Task<RealmFailure?> ReadAsync(CancellationToken cancellationToken)
    {
        (_hasOwnEvents, _otherRealm) = (false, null);
        var failure = await ReadSettingsAsync(cancellationToken)
            ?? (_types.Count > 0 ? await _userEvents.ReadAsync(_types, Apply, cancellationToken) : null)
            ?? await _adminEvents.ReadAsync(AdminEventRules.Operations, Apply, cancellationToken);
        if (_otherRealm is not null && !_hasOwnEvents)
        {
            // The realm was deleted and created again with the same name. What was skipped may concern any token.
            _realm = _otherRealm;
            Apply(new EventEffect(RevocationKind.RecheckAll, null, _revocations.UntilNow), eventId: null);
        }

        return failure;
    }

    /// <summary>Reads at the start and every 10 minutes what the realm stores.</summary>
    private async Task<RealmFailure?> ReadSettingsAsync(CancellationToken cancellationToken)
    {
        if (_settingsReadAt is { } readAt && _settings.Time.GetElapsedTime(readAt) < SettingsInterval)
        {
            return null;
        }

        if (!(await _stores.ReadSettingsAsync(cancellationToken)).Succeeded(out var settings, out var failure))
        {
            return failure;
        }

        _settingsReadAt = _settings.Time.GetTimestamp();

        // Keycloak responds with 500 to a type that it does not know. It knows those that it stores.
        _types = [.. UserEventRules.Types.Where(settings.Types.Contains)];
        _reports.Settings(settings.Remedies(_settings.Lifetime));
        return null;
    }

    private void Apply(StoredEvent stored)
    {
        if (IsOfAnotherRealm(stored))
        {
            _metrics.Read(Scheme, "other", "other_realm");
            return;
        }

        var meaning = stored.Store == EventStoreKind.User ? UserEventRules.Of(stored) : AdminEventRules.Of(stored, _settings.ClockSkew);
        var isNew = false;
        foreach (var effect in meaning.Effects)
        {
            isNew |= Apply(effect, stored.Id);
            _reports.Applied(stored, effect);
        }

        if (meaning.ChangesKeys)
        {
            _keys.ReadAgain();
        }

        if (meaning.IsUnreadable)
        {
            _reports.Unreadable(stored);
        }

        var hasEffect = meaning.Effects.Count > 0 || meaning.ChangesKeys;
        _metrics.Read(
            Scheme,
            hasEffect || meaning.IsUnreadable ? stored.Type : "other",
            meaning.IsUnreadable ? "unreadable" : !hasEffect ? "ignored" : isNew || meaning.ChangesKeys ? "applied" : "unchanged");
    }

    private bool Apply(EventEffect effect, string? eventId)
    {
        // A time in the future would also cover tokens that are issued later.
        var latest = _revocations.UntilNow;
        var until = effect.Until < latest ? effect.Until : latest;
        return _revocations.Apply(_revocations.Event(effect.Kind, effect.Id, until, RevocationSource.StoredEvent) with
        {
            ClientId = effect.ClientId,
            OnlineSessionsOnly = effect.OnlineSessionsOnly,
            EventId = eventId,
        });
    }

    // The admin API has one realm's events at one address. Only a cache or a proxy can mix them.
    private bool IsOfAnotherRealm(StoredEvent stored)
    {
        if (stored.RealmId is { } realm && realm != (_realm ??= realm))
        {
            _otherRealm = realm;
            return true;
        }

        _hasOwnEvents = true;
        return false;
    }
}
