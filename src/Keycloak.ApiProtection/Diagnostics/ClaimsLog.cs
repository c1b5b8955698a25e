using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>Log messages about Keycloak claims. Event id 300; it never changes.</summary>
internal static partial class ClaimsLog
{
    [LoggerMessage(EventId = 300, EventName = "ClaimsTransformationDisplaced", Level = LogLevel.Warning,
        Message = "AddKeycloakClaims() may have no effect: {Transformation} was registered after it, and ASP.NET Core uses only the last "
            + "claims transformation. Call AddKeycloakClaims() after that registration; it then runs first and calls the other one.")]
    public static partial void ClaimsTransformationDisplaced(this ILogger logger, string transformation);
}
