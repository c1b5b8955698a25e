using System.Collections.Concurrent;
using Keycloak.ApiProtection.Authorization;
using Keycloak.ApiProtection.Tokens;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Diagnostics;

/// <summary>Says why requests are refused, each cause once a minute: strangers can cause them as often as they like.</summary>
/// <remarks>Causes are a scheme's codes and an application's endpoints: few, and not a stranger's to choose, so nothing here grows.</remarks>
internal sealed class RefusalLog(TimeProvider time, ILogger<RefusalLog> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(string Scheme, string Cause), RefusalCause> _causes = new();

    /// <summary>Whether this refusal is to be written; <paramref name="alike"/>: how many like it were kept back since the last one.</summary>
    public bool Takes(string scheme, string cause, out long alike)
    {
        alike = 0;
        return logger.IsEnabled(LogLevel.Information)
            && _causes.GetOrAdd((scheme, cause), static _ => new RefusalCause()).Take(time, Interval, out alike);
    }

    /// <summary>Writes a refused token.</summary>
    public void TokenRefused(string scheme, TokenRejection rejection, long alike) =>
        logger.TokenRefused(scheme, rejection.Code, rejection.Reason, rejection.Mend, alike);

    /// <summary>Writes what a user lacked.</summary>
    public void PermissionMissing(string scheme, string endpoint, Diagnosis diagnosis, long alike) =>
        logger.PermissionMissing(scheme, endpoint, diagnosis.Reason, diagnosis.Mend, alike);
}
