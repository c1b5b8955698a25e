using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>Log messages about client certificates. Event ids 180 to 189; they never change.</summary>
internal static partial class CertificateLog
{
    [LoggerMessage(EventId = 180, EventName = "ForwardedCertificateUntrusted", Level = LogLevel.Warning,
        Message = "The header {Header} was removed from a request of {Address}, which is not one of the TrustedProxies: a client tries to "
            + "use the certificate of another one, or the network of a proxy is missing (AddKeycloakCertificateForwarding). "
            + "({Suppressed} more since the last message)")]
    public static partial void ForwardedCertificateUntrusted(this ILogger logger, string header, string address, long suppressed);

    [LoggerMessage(EventId = 181, EventName = "ForwardedCertificateUnreadable", Level = LogLevel.Warning,
        Message = "The header {Header} of a trusted proxy does not contain a client certificate: {Problem}. The request counts as one "
            + "without a certificate. ({Suppressed} more since the last message)")]
    public static partial void ForwardedCertificateUnreadable(this ILogger logger, string header, string problem, long suppressed);
}
