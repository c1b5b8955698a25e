namespace Keycloak.ApiProtection.Load.Replicas;

/// <summary>How many revocations of one process become durable, with callers that each wait for theirs.</summary>
/// <param name="Callers">The number of concurrent callers.</param>
/// <param name="PerSecond">The revocations per second.</param>
/// <param name="P50">The median time of a caller, in milliseconds.</param>
/// <param name="P99">The 99th percentile, in milliseconds.</param>
internal sealed record AppendRate(int Callers, double PerSecond, double P50, double P99);
