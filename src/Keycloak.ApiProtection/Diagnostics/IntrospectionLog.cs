using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>What happens when Keycloak is asked about tokens. Event ids 100 to 119; they never change.</summary>
internal static partial class IntrospectionLog
{
    [LoggerMessage(EventId = 100, EventName = "IntrospectionRejected", Level = LogLevel.Error,
        Message = "{Scheme}: Keycloak does not let this API introspect, and tokens that need it get 503. {Reason} {Remedy}")]
    public static partial void IntrospectionRejected(this ILogger logger, string scheme, string reason, string remedy);

    [LoggerMessage(EventId = 101, EventName = "IntrospectionFailed", Level = LogLevel.Error,
        Message = "{Scheme}: a token could not be introspected; where no answer is young enough, requests get 503. {Reason} {Remedy}")]
    public static partial void IntrospectionFailed(this ILogger logger, string scheme, string reason, string remedy);

    [LoggerMessage(EventId = 102, EventName = "IntrospectionRecovered", Level = LogLevel.Information, Message = "{Scheme}: Keycloak answers introspections again.")]
    public static partial void IntrospectionRecovered(this ILogger logger, string scheme);

    [LoggerMessage(EventId = 103, EventName = "StaleAnswerUsed", Level = LogLevel.Warning,
        Message = "{Scheme}: Keycloak cannot answer, and an answer of {Age} ago let a token in (AllowStaleFor). (Let in like this since it was last said: {Alike}.)")]
    public static partial void StaleAnswerUsed(this ILogger logger, string scheme, TimeSpan age, long alike);

    [LoggerMessage(EventId = 104, EventName = "IntrospectedThroughOtherHost", Level = LogLevel.Error,
        Message = "{Scheme}: to this API the realm calls itself {Realm}, and tokens are accepted from {Issuers}: asked under that host, Keycloak calls every such token inactive. Give Keycloak one name (KC_HOSTNAME, with KC_HOSTNAME_BACKCHANNEL_DYNAMIC=true), or let this API reach it under the host that clients use.")]
    public static partial void IntrospectedThroughOtherHost(this ILogger logger, string scheme, string realm, string issuers);

    [LoggerMessage(EventId = 105, EventName = "ClientOutsideAudience", Level = LogLevel.Warning,
        Message = "{Scheme}: tokens for {Audiences} are accepted, and introspection is asked for by the client {Client}: since 26.6.2 Keycloak calls a token inactive unless that client is in its audience. Add an audience mapper for {Client}, or set resource to the client that is the audience.")]
    public static partial void ClientOutsideAudience(this ILogger logger, string scheme, string client, string audiences);

    [LoggerMessage(EventId = 106, EventName = "IntrospectionChecked", Level = LogLevel.Information, Message = "{Scheme}: Keycloak answers introspections of client {Client}.")]
    public static partial void IntrospectionChecked(this ILogger logger, string scheme, string client);
}
