using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Testing.Diagnostics;

/// <summary>What the embedded realm tells the log.</summary>
internal static partial class RealmLog
{
    [LoggerMessage(EventId = 1, EventName = "RealmStarted", Level = LogLevel.Warning,
        Message = "An embedded Keycloak realm '{Realm}' runs at {Issuer}: for tests and development only. "
            + "It issues tokens to whoever knows the passwords of its realm export, and protects nothing.")]
    public static partial void RealmStarted(this ILogger logger, string realm, string issuer);

    [LoggerMessage(EventId = 2, EventName = "MapperIgnored", Level = LogLevel.Debug,
        Message = "Protocol mapper '{Mapper}' is of type '{Type}', which the embedded realm does not know: its claim is missing.")]
    public static partial void MapperIgnored(this ILogger logger, string mapper, string type);

    [LoggerMessage(EventId = 3, EventName = "PasswordNotCheckable", Level = LogLevel.Warning,
        Message = "The password of user '{User}' is hashed with '{Algorithm}', which .NET does not have. "
            + "Write it in clear into the realm export: \"credentials\": [{{\"type\": \"password\", \"value\": \"...\"}}].")]
    public static partial void PasswordNotCheckable(this ILogger logger, string user, string? algorithm);

    [LoggerMessage(EventId = 4, EventName = "RequestAnswered", Level = LogLevel.Debug, Message = "{Method} {Endpoint}: {Status}")]
    public static partial void RequestAnswered(this ILogger logger, string method, RealmEndpoint endpoint, int status);
}
