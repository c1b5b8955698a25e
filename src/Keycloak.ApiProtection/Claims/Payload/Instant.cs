namespace Keycloak.ApiProtection.Claims.Payload;

/// <summary>Converts a NumericDate (RFC 7519 section 2) to a <see cref="DateTimeOffset"/>.</summary>
internal static class Instant
{
    /// <summary>Returns null for 0, which Keycloak before 25 writes for "not set", and for values out of range.</summary>
    public static DateTimeOffset? FromSeconds(long seconds) =>
        seconds > 0 && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}
