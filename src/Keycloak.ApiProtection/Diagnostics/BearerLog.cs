using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>Log messages of the authentication handler. Event ids 1 to 29; they never change.</summary>
internal static partial class BearerLog
{
    [LoggerMessage(EventId = 1, EventName = "TokenRejected", Level = LogLevel.Information,
        Message = "{Scheme}: token rejected ({Code}). {Reason} {Remedy}{More}")]
    public static partial void TokenRejected(this ILogger logger, string scheme, string code, string reason, string remedy, string more);

    [LoggerMessage(EventId = 2, EventName = "PermissionMissing", Level = LogLevel.Information,
        Message = "{Scheme}: {Endpoint} forbidden. {Reason} {Remedy}{More}")]
    public static partial void PermissionMissing(
        this ILogger logger, string scheme, string endpoint, string reason, string remedy, string more);

    [LoggerMessage(EventId = 3, EventName = "DoubtfulSetting", Level = LogLevel.Warning, Message = "{Scheme}: {Warning}")]
    public static partial void DoubtfulSetting(this ILogger logger, string scheme, string warning);

    [LoggerMessage(EventId = 4, EventName = "TokenNotRead", Level = LogLevel.Information,
        Message = "{Scheme}: no token was read. {Reason} {Remedy}{More}")]
    public static partial void TokenNotRead(this ILogger logger, string scheme, string reason, string remedy, string more);

    [LoggerMessage(EventId = 5, EventName = "AuthenticationInsufficient", Level = LogLevel.Information,
        Message = "{Scheme}: {Endpoint} requires another login. {Reason} {Remedy}{More}")]
    public static partial void AuthenticationInsufficient(
        this ILogger logger, string scheme, string endpoint, string reason, string remedy, string more);
}
