namespace Keycloak.ApiProtection.Notifications;

/// <summary>What came of something that was posted: taken, refused, or undecided because the realm's keys cannot be had.</summary>
internal readonly record struct NotificationOutcome(NotificationRejection? Rejection, TimeSpan RetryAfter)
{
    /// <summary>Gets the outcome of what counts now.</summary>
    public static NotificationOutcome Taken => default;

    /// <summary>Gets whether nobody can say now.</summary>
    public bool IsUndecided => RetryAfter > TimeSpan.Zero;

    /// <summary>Gets whether it counts.</summary>
    public bool IsTaken => Rejection is null && !IsUndecided;

    public static implicit operator NotificationOutcome(NotificationRejection refusal) => new(refusal, default);

    /// <summary>Nobody can say now.</summary>
    public static NotificationOutcome Undecided(TimeSpan retryAfter) => new(null, retryAfter);

    /// <summary>
    /// The outcome of several schemes together. Undecided counts most: what one scheme has not taken would be lost. A refusal for
    /// another reason than the first questions (whose is it?) says more than those.
    /// </summary>
    public NotificationOutcome And(NotificationOutcome other) =>
        IsUndecided || other.IsUndecided ? Undecided(RetryAfter > other.RetryAfter ? RetryAfter : other.RetryAfter)
        : IsTaken ? this
        : other.IsTaken || IsOthers(Rejection!) ? other : this;

    private static bool IsOthers(NotificationRejection refusal) => refusal == NotificationRejection.Issuer || refusal == NotificationRejection.Key;
}
