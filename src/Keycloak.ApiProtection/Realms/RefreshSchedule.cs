namespace Keycloak.ApiProtection.Realms;

/// <summary>
/// When keys are read again: after a good reading, after failures, for unknown keys. Knows no clock: moments are times since the start.
/// </summary>
internal sealed class RefreshSchedule(RealmSettings settings, Random random)
{
    private static readonly TimeSpan FirstRetryWithoutKeys = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LastRetryWithoutKeys = TimeSpan.FromMilliseconds(1500);
    private static readonly TimeSpan FirstRetryWithKeys = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRetryWithKeys = TimeSpan.FromSeconds(30);

    private int _failures;

    /// <summary>From when on the keys are due to be read again.</summary>
    public TimeSpan DueAt { get; private set; }

    /// <summary>From when on the keys are not used before they have been read again: nobody asked for so long.</summary>
    public TimeSpan DormantAt { get; private set; }

    /// <summary>From when on the keys serve no longer, though Keycloak cannot be reached.</summary>
    public TimeSpan ExpiresAt { get; private set; }

    /// <summary>From when on an unknown key may cause a refresh.</summary>
    public TimeSpan UnknownKeyAllowedAt { get; private set; }

    /// <summary>The keys have been read: what was asked at one moment was answered at another.</summary>
    public void Succeeded(TimeSpan asked, TimeSpan now)
    {
        _failures = 0;

        // Replicas that started together must not ask together for ever.
        DueAt = now + Around(settings.RefreshInterval, 0.1);
        DormantAt = now + (2 * settings.RefreshInterval);
        ExpiresAt = asked + settings.MaximumAge;
    }

    /// <summary>
    /// The keys could not be read: without any, it is tried again every second or two, so that the API is there as soon as Keycloak is;
    /// with
    /// old ones that still serve, there is time.
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

    /// <summary>A refresh that an unknown key caused has ended, well or not.</summary>
    public void CoolDown(TimeSpan now) => UnknownKeyAllowedAt = now + settings.UnknownKeyCooldown;

    /// <summary>The next moment at which something is to be done; <see langword="null"/> where there is none.</summary>
    public TimeSpan? Next(bool hasKeys, Freshness freshness, bool isRunning, bool isPlanned)
    {
        TimeSpan?[] moments =
        [
            hasKeys ? ExpiresAt : null,

            // What follows, the end of the refresh under way decides.
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
