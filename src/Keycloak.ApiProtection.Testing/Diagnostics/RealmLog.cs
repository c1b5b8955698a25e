using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Testing.Diagnostics;

/// <summary>Log messages of the embedded realm.</summary>
internal static partial class RealmLog
{
    [LoggerMessage(EventId = 1, EventName = "RealmStarted", Level = LogLevel.Warning,
        Message = "The embedded Keycloak realm '{Realm}' is running at {Issuer}. It is for tests and development only: "
            + "it issues tokens to anyone who knows the passwords in its realm export, and provides no security.")]
    public static partial void RealmStarted(this ILogger logger, string realm, string issuer);

    [LoggerMessage(EventId = 2, EventName = "MapperIgnored", Level = LogLevel.Debug,
        Message = "Protocol mapper '{Mapper}' has the type '{Type}', which the embedded realm does not support. Its claim is omitted.")]
    public static partial void MapperIgnored(this ILogger logger, string mapper, string type);

    [LoggerMessage(EventId = 3, EventName = "PasswordNotCheckable", Level = LogLevel.Warning,
        Message = "The password of user '{User}' is hashed with '{Algorithm}', which .NET does not support. "
            + "Write the password as plain text into the realm export: \"credentials\": [{{\"type\": \"password\", \"value\": \"...\"}}].")]
    public static partial void PasswordNotCheckable(this ILogger logger, string user, string? algorithm);

    [LoggerMessage(EventId = 4, EventName = "RequestAnswered", Level = LogLevel.Debug, Message = "{Method} {Endpoint}: {Status}")]
    public static partial void RequestAnswered(this ILogger logger, string method, RealmEndpoint endpoint, int status);
}
