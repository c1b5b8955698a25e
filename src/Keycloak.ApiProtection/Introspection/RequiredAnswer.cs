namespace Keycloak.ApiProtection.Introspection;

/// <summary>Which introspection response is recent enough for a request.</summary>
/// <param name="MaxAge">The maximum age of an "active" response.</param>
/// <param name="MayBeStale">Whether <c>StaleIfError</c> applies.</param>
/// <param name="AskedAfter">
/// A timestamp of the scheme's clock. A response counts, also one that rejects the token, only if it was requested after it.
/// </param>
internal readonly record struct RequiredAnswer(TimeSpan MaxAge, bool MayBeStale, long AskedAfter = long.MinValue)
{
    /// <summary>The maximum age if only <see cref="AskedAfter"/> limits it.</summary>
    public static TimeSpan AnyAge { get; } = TimeSpan.FromDays(3650);

    /// <summary>Returns whether a response was requested late enough, whatever its age.</summary>
    public bool Counts(IntrospectionAnswer answer) => answer.AskedAt > AskedAfter;

    /// <summary>Returns the reason for an introspection request, for the metric.</summary>
    /// <param name="seen">The response that does not count, or null.</param>
    public string Reason(IntrospectionAnswer? seen) =>
        seen is null ? (MaxAge == AnyAge ? "recheck" : "first")
        : Counts(seen) ? "again" : "recheck";
}
