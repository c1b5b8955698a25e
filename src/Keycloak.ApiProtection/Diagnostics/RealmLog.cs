using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>Log messages about a realm's keys. Event ids 30 to 59; they never change.</summary>
internal static partial class RealmLog
{
    [LoggerMessage(EventId = 30, EventName = "RealmKeysChanged", Level = LogLevel.Information,
        Message = "{Scheme}: the realm has {Count} usable signing keys (added: {Added}; removed: {Removed}).")]
    public static partial void KeysChanged(this ILogger logger, string scheme, int count, string added, string removed);

    [LoggerMessage(EventId = 31, EventName = "RealmKeysUnavailable", Level = LogLevel.Error,
        Message = "{Scheme}: the realm's keys could not be read. Requests with a token get 503 until the keys are available. "
            + "{Reason} {Remedy}")]
    public static partial void KeysUnavailable(this ILogger logger, string scheme, string reason, string remedy);

    [LoggerMessage(EventId = 32, EventName = "RealmRefreshFailed", Level = LogLevel.Warning,
        Message = "{Scheme}: the realm's keys could not be refreshed. The cached keys are used until {ServeUntil:u}. {Reason} {Remedy}")]
    public static partial void RefreshFailed(this ILogger logger, string scheme, string reason, DateTimeOffset serveUntil, string remedy);

    [LoggerMessage(EventId = 33, EventName = "RealmRecovered", Level = LogLevel.Information,
        Message = "{Scheme}: recovered; the realm's keys were read successfully again ({Count} usable).")]
    public static partial void Recovered(this ILogger logger, string scheme, int count);

    [LoggerMessage(EventId = 34, EventName = "RealmKeyUnusable", Level = LogLevel.Information,
        Message = "{Scheme}: the realm's key {KeyId} is not used. {Reason}")]
    public static partial void KeyUnusable(this ILogger logger, string scheme, string keyId, string reason);

    [LoggerMessage(EventId = 35, EventName = "RealmKeysExpired", Level = LogLevel.Error,
        Message = "{Scheme}: Keycloak could not be reached for {MaximumAge}. The cached keys are no longer used, "
            + "and requests with a token get 503.")]
    public static partial void KeysExpired(this ILogger logger, string scheme, TimeSpan maximumAge);

    [LoggerMessage(EventId = 36, EventName = "RealmWaitersFull", Level = LogLevel.Warning,
        Message = "{Scheme}: {Count} requests are waiting for the realm's keys. Further requests get 503 until the refresh has ended.")]
    public static partial void WaitersFull(this ILogger logger, string scheme, int count);

    [LoggerMessage(EventId = 37, EventName = "RealmRefreshStarted", Level = LogLevel.Debug,
        Message = "{Scheme}: reading the realm's keys (for an unknown key: {ForUnknownKey}).")]
    public static partial void RefreshStarted(this ILogger logger, string scheme, bool forUnknownKey);
}
