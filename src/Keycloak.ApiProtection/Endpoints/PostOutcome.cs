namespace Keycloak.ApiProtection.Endpoints;

/// <summary>What came of something that was posted: taken, refused, or undecided because the realm's keys cannot be had.</summary>
internal readonly record struct PostOutcome(PostRefusal? Refusal, TimeSpan RetryAfter)
{
    /// <summary>Gets the outcome of what counts now.</summary>
    public static PostOutcome Taken => default;

    /// <summary>Gets whether nobody can say now.</summary>
    public bool IsUndecided => RetryAfter > TimeSpan.Zero;

    /// <summary>Gets whether it counts.</summary>
    public bool IsTaken => Refusal is null && !IsUndecided;

    public static implicit operator PostOutcome(PostRefusal refusal) => new(refusal, default);

    /// <summary>Nobody can say now.</summary>
    public static PostOutcome Undecided(TimeSpan retryAfter) => new(null, retryAfter);

    /// <summary>
    /// The outcome of several schemes together. Undecided counts most: what one scheme has not taken would be lost. A refusal for
    /// another reason than the first questions (whose is it?) says more than those.
    /// </summary>
    public PostOutcome And(PostOutcome other) =>
        IsUndecided || other.IsUndecided ? Undecided(RetryAfter > other.RetryAfter ? RetryAfter : other.RetryAfter)
        : IsTaken ? this
        : other.IsTaken || IsOthers(Refusal!) ? other : this;

    private static bool IsOthers(PostRefusal refusal) => refusal == PostRefusal.Issuer || refusal == PostRefusal.Key;
}
