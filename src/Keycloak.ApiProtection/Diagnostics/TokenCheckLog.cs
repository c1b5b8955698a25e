using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>What the token checks of gateways have to say. Event ids 140 to 149; they never change.</summary>
internal static partial class TokenCheckLog
{
    [LoggerMessage(EventId = 140, EventName = "IdentityHeaderOmitted", Level = LogLevel.Warning,
        Message = "{Endpoint}: {Header} is left empty: its {Length} bytes do not fit into the {Limit} that identity headers may have together, so that the API behind the gateway sees less than the token says. "
            + "In Keycloak, keep out of the token what this API does not need: Clients > the client > Client scopes > its dedicated scope > Scope > 'Full scope allowed' off, "
            + "and take mappers for groups and roles out of scopes that are not for this API. (Left empty like this since it was last said: {Alike}.)")]
    public static partial void IdentityHeaderOmitted(this ILogger logger, string endpoint, string header, int length, int limit, long alike);

    [LoggerMessage(EventId = 141, EventName = "TokenCheckTargetRejected", Level = LogLevel.Information,
        Message = "{Endpoint}: rejected, because the path of the client's request has dot segments, which the gateway and the API could read differently. "
            + "Let the gateway reject or normalize such paths before it routes (Envoy: normalize_path, path_with_escaped_slashes_action). (Rejected like this since the last message: {Alike}.)")]
    public static partial void TokenCheckTargetRejected(this ILogger logger, string endpoint, long alike);
}
