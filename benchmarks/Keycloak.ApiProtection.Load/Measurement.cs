namespace Keycloak.ApiProtection.Load;

/// <summary>The results of one scenario in one round. CPU time and latencies are in microseconds, allocations in bytes.</summary>
internal sealed record Measurement(
    string Scenario, int Round, double RequestsPerSecond, double CpuPerRequest, double AllocatedPerRequest, double P50, double P99);
