using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>Log messages of the token check endpoint for gateways. Event ids 140 to 149; they never change.</summary>
internal static partial class TokenCheckLog
{
    [LoggerMessage(EventId = 140, EventName = "IdentityHeaderOmitted", Level = LogLevel.Warning,
        Message = "{Endpoint}: {Header} is left empty: its {Length} bytes do not fit into the {Limit} bytes that all identity headers "
            + "together may have. The API behind the gateway therefore receives less than the token contains. "
            + "In Keycloak, keep out of the token what this API does not need: Clients > the client > Client scopes > its dedicated scope "
            + "> Scope > 'Full scope allowed' off, and remove mappers for groups and roles from scopes that are not for this API. "
            + "({Suppressed} more since the last message)")]
    public static partial void IdentityHeaderOmitted(
        this ILogger logger, string endpoint, string header, int length, int limit, long suppressed);

    [LoggerMessage(EventId = 141, EventName = "TokenCheckTargetRejected", Level = LogLevel.Information,
        Message = "{Endpoint}: rejected, because the path of the client's request has dot segments, "
            + "which the gateway and the API could interpret differently. "
            + "Let the gateway reject or normalize such paths before it routes "
            + "(Envoy: normalize_path, path_with_escaped_slashes_action). ({Suppressed} more since the last message)")]
    public static partial void TokenCheckTargetRejected(this ILogger logger, string endpoint, long suppressed);
}
