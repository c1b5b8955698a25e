namespace Keycloak.ApiProtection.Load;

/// <summary>The results of wrk. Times are in microseconds.</summary>
internal sealed record WrkResult(long Requests, long Microseconds, long Errors, double P50, double P99);
