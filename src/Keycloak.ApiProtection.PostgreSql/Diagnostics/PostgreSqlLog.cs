using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.PostgreSql.Diagnostics;

/// <summary>Log messages about PostgreSQL. Event ids 400 to 419; they never change.</summary>
internal static partial class PostgreSqlLog
{
    [LoggerMessage(EventId = 400, EventName = "JournalListenerConnected", Level = LogLevel.Debug,
        Message = "The journal listens for notifications on the channel {Channel}.")]
    public static partial void JournalListenerConnected(this ILogger logger, string channel);

    [LoggerMessage(EventId = 401, EventName = "JournalListenerDisconnected", Level = LogLevel.Warning,
        Message = "The journal does not receive notifications on the channel {Channel}. Until it is connected again, entries of other "
            + "replicas are found by polling only.")]
    public static partial void JournalListenerDisconnected(this ILogger logger, Exception exception, string channel);

    [LoggerMessage(EventId = 402, EventName = "DeletionNotGranted", Level = LogLevel.Information,
        Message = "The role may not delete from {Table}, so expired rows stay. Grant DELETE, or run this statement every few minutes: "
            + "{Statement}")]
    public static partial void DeletionNotGranted(this ILogger logger, string table, string statement);

    [LoggerMessage(EventId = 403, EventName = "DeletionFailed", Level = LogLevel.Information,
        Message = "Expired rows of {Table} could not be deleted. The deletion is tried again later.")]
    public static partial void DeletionFailed(this ILogger logger, Exception exception, string table);

    [LoggerMessage(EventId = 404, EventName = "JournalReadCompletely", Level = LogLevel.Information,
        Message = "The database server was restarted, replaced or restored since the last read. The journal is read completely.")]
    public static partial void JournalReadCompletely(this ILogger logger);

    [LoggerMessage(EventId = 405, EventName = "TurnConnectionLost", Level = LogLevel.Information,
        Message = "The connection that holds this process's turns was lost. Another replica may take them.")]
    public static partial void TurnConnectionLost(this ILogger logger, Exception exception);
}
