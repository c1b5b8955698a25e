using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>Log messages about the events that Keycloak stores. Event ids 200 to 219; they never change.</summary>
internal static partial class StoredEventsLog
{
    [LoggerMessage(EventId = 200, EventName = "StoredEventsRead", Level = LogLevel.Information,
        Message = "{Scheme}: reading the events that Keycloak stores, from {Address} every {Interval}.")]
    public static partial void StoredEventsRead(this ILogger logger, string scheme, string address, TimeSpan interval);

    [LoggerMessage(EventId = 201, EventName = "StoredEventsIncomplete", Level = LogLevel.Warning,
        Message = "{Scheme}: the realm does not store everything that this API reads. {Remedies}")]
    public static partial void StoredEventsIncomplete(this ILogger logger, string scheme, string remedies);

    [LoggerMessage(EventId = 202, EventName = "StoredEventsFailed", Level = LogLevel.Error,
        Message = "{Scheme}: the events that Keycloak stores cannot be read. Changes in Keycloak are noticed late or not at all. "
            + "{Reason} {Remedy}")]
    public static partial void StoredEventsFailed(this ILogger logger, string scheme, string reason, string remedy);

    [LoggerMessage(EventId = 203, EventName = "StoredEventsRecovered", Level = LogLevel.Information,
        Message = "{Scheme}: the events that Keycloak stores are read again. Nothing that is still stored was missed.")]
    public static partial void StoredEventsRecovered(this ILogger logger, string scheme);

    [LoggerMessage(EventId = 204, EventName = "StoredEventsSilent", Level = LogLevel.Error,
        Message = "{Scheme}: the events that Keycloak stores could not be read for {Silence} (Events.MaxSilence is {MaxSilence}). "
            + "Revocations of this time are not known here. {Reason} {Remedy}")]
    public static partial void StoredEventsSilent(
        this ILogger logger, string scheme, TimeSpan silence, TimeSpan maxSilence, string reason, string remedy);

    [LoggerMessage(EventId = 205, EventName = "StoredEventUnreadable", Level = LogLevel.Warning,
        Message = "{Scheme}: an event of type {Type} does not say which tokens it concerns, and was skipped. "
            + "Find the event in Keycloak's console (Events), and revoke the tokens with IKeycloakRevocations if necessary. "
            + "({Suppressed} more since the last message)")]
    public static partial void StoredEventUnreadable(this ILogger logger, string scheme, string type, long suppressed);

    [LoggerMessage(EventId = 206, EventName = "StoredEventApplied", Level = LogLevel.Debug,
        Message = "{Scheme}: Keycloak stored an event of type {Type} at {Time:o}; it concerns tokens ({Kind}).")]
    public static partial void StoredEventApplied(
        this ILogger logger, string scheme, string type, DateTimeOffset time, string kind);
}
