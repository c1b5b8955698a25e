namespace Keycloak.ApiProtection.Load.Replicas;

/// <summary>All results of the measurement of replicas that share a journal. The report is written from them.</summary>
/// <param name="At">When the measurement ended.</param>
/// <param name="Machine">The machine.</param>
/// <param name="Database">The version of the database.</param>
/// <param name="Requests">The cost of requests with a journal.</param>
/// <param name="Appends">The rate of revocations that become durable.</param>
/// <param name="Start">The cost of reading the journal at start.</param>
/// <param name="Propagation">How soon another replica knows a revocation.</param>
internal sealed record ReplicasResults(
    DateTimeOffset At,
    string Machine,
    string Database,
    IReadOnlyList<RequestCost> Requests,
    IReadOnlyList<AppendRate> Appends,
    StartCost Start,
    Propagation Propagation);
