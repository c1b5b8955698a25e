namespace Keycloak.ApiProtection.Load;

/// <summary>One scenario in one round.</summary>
internal sealed record Measurement(string Scenario, int Round, double RequestsPerSecond, double CpuPerRequest, double AllocatedPerRequest, double P50, double P99);
