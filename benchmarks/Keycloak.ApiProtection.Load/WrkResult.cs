namespace Keycloak.ApiProtection.Load;

/// <summary>What wrk counted; times in microseconds.</summary>
internal sealed record WrkResult(long Requests, long Microseconds, long Errors, double P50, double P99);
