using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>Reads a JSON numeric date: seconds since 1970 (RFC 7519 section 2).</summary>
internal static class PostedDate
{
    private const long Latest = 253_402_300_799;

    /// <summary>Reads the date. Returns false if it is not an integer or out of range.</summary>
    public static bool TryRead(JsonValue value, ReadOnlySpan<byte> json, out DateTimeOffset date)
    {
        var isDate = value.TryGetInteger(json, out var seconds) && seconds is >= 0 and <= Latest;
        date = isDate ? DateTimeOffset.FromUnixTimeSeconds(seconds) : default;
        return isDate;
    }
}
