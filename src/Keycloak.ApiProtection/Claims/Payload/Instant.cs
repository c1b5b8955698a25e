namespace Keycloak.ApiProtection.Claims.Payload;

/// <summary>A NumericDate (RFC 7519 section 2) as a time.</summary>
internal static class Instant
{
    /// <summary>Null for 0, which Keycloak before 25 writes for "not set", and for what is no time.</summary>
    public static DateTimeOffset? FromSeconds(long seconds) =>
        seconds > 0 && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}
