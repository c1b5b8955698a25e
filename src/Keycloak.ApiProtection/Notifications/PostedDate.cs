using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>A date in seconds since 1970 as JSON writes it (RFC 7519 section 2).</summary>
internal static class PostedDate
{
    private const long Latest = 253_402_300_799;

    /// <summary>Reads it. False where it is none that can be.</summary>
    public static bool TryRead(JsonValue value, ReadOnlySpan<byte> json, out DateTimeOffset date)
    {
        var isDate = value.TryGetInteger(json, out var seconds) && seconds is >= 0 and <= Latest;
        date = isDate ? DateTimeOffset.FromUnixTimeSeconds(seconds) : default;
        return isDate;
    }
}
