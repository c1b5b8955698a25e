using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>Log messages about token introspection. Event ids 100 to 119; they never change.</summary>
internal static partial class IntrospectionLog
{
    [LoggerMessage(EventId = 100, EventName = "IntrospectionRejected", Level = LogLevel.Error,
        Message = "{Scheme}: Keycloak does not allow this API to introspect tokens. Tokens that require introspection get 503. "
            + "{Reason} {Remedy}")]
    public static partial void IntrospectionRejected(this ILogger logger, string scheme, string reason, string remedy);

    [LoggerMessage(EventId = 101, EventName = "IntrospectionFailed", Level = LogLevel.Error,
        Message = "{Scheme}: a token could not be introspected. Requests get 503 unless a cached response is recent enough. "
            + "{Reason} {Remedy}")]
    public static partial void IntrospectionFailed(this ILogger logger, string scheme, string reason, string remedy);

    [LoggerMessage(EventId = 102, EventName = "IntrospectionRecovered", Level = LogLevel.Information,
        Message = "{Scheme}: Keycloak responds to introspection requests again.")]
    public static partial void IntrospectionRecovered(this ILogger logger, string scheme);

    [LoggerMessage(EventId = 103, EventName = "StaleAnswerUsed", Level = LogLevel.Warning,
        Message = "{Scheme}: introspection is unavailable; a token was accepted because of a cached response that is {Age} old "
            + "(Introspection.StaleIfError). ({Suppressed} more since the last message)")]
    public static partial void StaleAnswerUsed(this ILogger logger, string scheme, TimeSpan age, long suppressed);

    [LoggerMessage(EventId = 104, EventName = "IntrospectedThroughOtherHost", Level = LogLevel.Error,
        Message = "{Scheme}: this API sees the realm under the issuer {Realm}, but accepts tokens from {Issuers}. "
            + "Keycloak reports every such token as inactive when it is introspected under that host. "
            + "Give Keycloak one name (KC_HOSTNAME, with KC_HOSTNAME_BACKCHANNEL_DYNAMIC=true), "
            + "or let this API reach Keycloak under the host that clients use.")]
    public static partial void IntrospectedThroughOtherHost(this ILogger logger, string scheme, string realm, string issuers);

    [LoggerMessage(EventId = 105, EventName = "ClientOutsideAudience", Level = LogLevel.Warning,
        Message = "{Scheme}: tokens for {Audiences} are accepted, and client {Client} introspects them. "
            + "Since 26.6.2, Keycloak reports a token as inactive unless the token's audience contains that client. "
            + "Add an audience mapper for {Client}, or set resource to the client that is the audience.")]
    public static partial void ClientOutsideAudience(this ILogger logger, string scheme, string client, string audiences);

    [LoggerMessage(EventId = 106, EventName = "IntrospectionChecked", Level = LogLevel.Information,
        Message = "{Scheme}: Keycloak responds to introspection requests of client {Client}.")]
    public static partial void IntrospectionChecked(this ILogger logger, string scheme, string client);
}
