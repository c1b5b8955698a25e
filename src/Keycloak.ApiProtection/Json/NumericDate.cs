namespace Keycloak.ApiProtection.Json;

/// <summary>A NumericDate (RFC 7519 section 2): seconds since 1970.</summary>
internal static class NumericDate
{
    /// <summary>The last second of the year 9999, the latest that <see cref="DateTimeOffset"/> can represent.</summary>
    public const long Latest = 253_402_300_799;

    /// <summary>Reads a date. Returns false if the value is not an integer or out of range.</summary>
    public static bool TryRead(JsonValue value, ReadOnlySpan<byte> json, out DateTimeOffset date)
    {
        var isDate = value.TryGetInteger(json, out var seconds) && seconds is >= 0 and <= Latest;
        date = isDate ? DateTimeOffset.FromUnixTimeSeconds(seconds) : default;
        return isDate;
    }

    /// <summary>Returns null for 0, which Keycloak before 25 writes for "not set", and for values out of range.</summary>
    public static DateTimeOffset? FromSeconds(long seconds) =>
        seconds is > 0 and <= Latest ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
}
