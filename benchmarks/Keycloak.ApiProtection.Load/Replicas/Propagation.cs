namespace Keycloak.ApiProtection.Load.Replicas;

/// <summary>The time from a revocation at one replica to its effect at another, in milliseconds.</summary>
/// <param name="Revocations">The number of measured revocations.</param>
/// <param name="P50">The median.</param>
/// <param name="P99">The 99th percentile.</param>
/// <param name="Most">The maximum.</param>
internal sealed record Propagation(int Revocations, double P50, double P99, double Most);
