namespace Keycloak.ApiProtection.Realms;

/// <summary>
/// Calculates when keys are read again: after a success, after failures, and for unknown keys. Does not read a clock: all times are
/// relative to the creation of <see cref="RealmKeys"/>.
/// </summary>
internal sealed class RefreshSchedule(RealmSettings settings, Random random)
{
    private static readonly TimeSpan FirstRetryWithoutKeys = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LastRetryWithoutKeys = TimeSpan.FromMilliseconds(1500);
    private static readonly TimeSpan FirstRetryWithKeys = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRetryWithKeys = TimeSpan.FromSeconds(30);

    private int _failures;

    /// <summary>When the keys are due to be read again.</summary>
    public TimeSpan DueAt { get; private set; }

    /// <summary>From when on the keys must be read again before use, because they have not been used for a long time.</summary>
    public TimeSpan DormantAt { get; private set; }

    /// <summary>From when on the keys are no longer used, even if Keycloak cannot be reached.</summary>
    public TimeSpan ExpiresAt { get; private set; }

    /// <summary>From when on an unknown key may start a refresh.</summary>
    public TimeSpan UnknownKeyAllowedAt { get; private set; }

    /// <summary>Records a successful refresh, with the times when it started and ended.</summary>
    public void Succeeded(TimeSpan startedAt, TimeSpan now)
    {
        _failures = 0;

        // Random variation, so that replicas that started together do not keep sending their requests together.
        DueAt = now + Around(settings.RefreshInterval, 0.1);
        DormantAt = now + (2 * settings.RefreshInterval);
        ExpiresAt = startedAt + settings.MaximumAge;
    }

    /// <summary>
    /// Records a failed refresh. Without keys, the next attempt follows within a second or two, so that the API is available as soon
    /// as Keycloak is. With cached keys that may still be used, retries are less frequent.
    /// </summary>
    public void Failed(TimeSpan now, bool keysServe)
    {
        var first = keysServe ? FirstRetryWithKeys : FirstRetryWithoutKeys;
        var last = keysServe ? LastRetryWithKeys : LastRetryWithoutKeys;
        var delay = first * Math.Pow(2, Math.Min(_failures, 10));

        _failures++;
        DueAt = now + Around(delay < last ? delay : last, 0.2);
        DormantAt = DueAt + (2 * settings.RefreshInterval);
    }

    /// <summary>Starts the cooldown after a refresh that an unknown key caused, whether it succeeded or not.</summary>
    public void CoolDown(TimeSpan now) => UnknownKeyAllowedAt = now + settings.UnknownKeyCooldown;

    /// <summary>The time of the next action; <see langword="null"/> if there is none.</summary>
    public TimeSpan? Next(bool hasKeys, Freshness freshness, bool isRunning, bool isPlanned)
    {
        TimeSpan?[] moments =
        [
            hasKeys ? ExpiresAt : null,

            // While a refresh is in progress, its end decides what follows.
            isPlanned && !isRunning ? UnknownKeyAllowedAt : null,
            (isRunning, freshness) switch
            {
                (true, _) => null,
                (_, Freshness.Fresh) => DueAt,
                (_, Freshness.Due) => DormantAt,
                _ => hasKeys ? null : DueAt,
            },
        ];

        return moments.Min();
    }

    private TimeSpan Around(TimeSpan delay, double part) => delay * (1 - part + (2 * part * random.NextDouble()));
}
