using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>What the claims half has to say.</summary>
internal static partial class ClaimsLog
{
    [LoggerMessage(EventId = 300, EventName = "ClaimsTransformationDisplaced", Level = LogLevel.Warning,
        Message = "AddKeycloakClaims() may have no effect: {Transformation} was registered after it, and ASP.NET Core uses the last claims transformation only. Call AddKeycloakClaims() after that registration; it then runs first and calls the other.")]
    public static partial void ClaimsTransformationDisplaced(this ILogger logger, string transformation);
}
