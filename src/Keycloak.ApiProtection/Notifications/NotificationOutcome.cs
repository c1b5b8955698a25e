namespace Keycloak.ApiProtection.Notifications;

/// <summary>The outcome of a notification: applied, rejected, or undecided because the realm's keys are unavailable.</summary>
/// <param name="Rejection">Why it is rejected, or null.</param>
/// <param name="RetryAfter">When the sender may retry, if it is undecided.</param>
/// <param name="IsNotDurable">Whether it was applied in this process, but the journal did not accept it in time.</param>
internal readonly record struct NotificationOutcome(NotificationRejection? Rejection, TimeSpan RetryAfter, bool IsNotDurable = false)
{
    /// <summary>Gets the outcome of a verified or applied notification.</summary>
    public static NotificationOutcome Taken => default;

    /// <summary>Gets the outcome of a notification that was applied, but is not durable: the response is 503, too.</summary>
    public static NotificationOutcome NotDurable => new(null, TimeSpan.FromSeconds(1), IsNotDurable: true);

    /// <summary>Gets whether the notification could not be verified, or is not durable.</summary>
    public bool IsUndecided => RetryAfter > TimeSpan.Zero;

    /// <summary>Gets whether the notification is verified or applied.</summary>
    public bool IsTaken => Rejection is null && !IsUndecided;

    public static implicit operator NotificationOutcome(NotificationRejection rejection) => new(rejection, default);

    /// <summary>The notification could not be verified; the sender may retry after this time.</summary>
    public static NotificationOutcome Undecided(TimeSpan retryAfter) => new(null, retryAfter);

    /// <summary>
    /// Combines the outcomes of several schemes. Undecided has priority, because otherwise the notification would be lost for the undecided
    /// scheme. A rejection that shows that the notification belongs to another realm has the lowest priority.
    /// </summary>
    public NotificationOutcome And(NotificationOutcome other) =>
        IsUndecided || other.IsUndecided ? Undecided(RetryAfter > other.RetryAfter ? RetryAfter : other.RetryAfter)
        : IsTaken ? this
        : other.IsTaken || IsForOtherRealm(Rejection!) ? other : this;

    private static bool IsForOtherRealm(NotificationRejection rejection) =>
        rejection == NotificationRejection.Issuer || rejection == NotificationRejection.Key;
}
