namespace Keycloak.ApiProtection.Load;

/// <summary>One way to send requests to one kind of server.</summary>
/// <param name="Name">The name in the table.</param>
/// <param name="Server">The kind of server.</param>
/// <param name="Tokens">The number of distinct tokens that are sent in turn.</param>
/// <param name="SendsProofs">Whether the token is bound to a key and each request has a DPoP proof of its own.</param>
internal sealed record Scenario(string Name, string Server, int Tokens, bool SendsProofs = false)
{
    public const string Baseline = "unprotected";
    public const string Unbound = "protected, repeated token";
    public const string Bound = "protected, repeated token with a proof for each request";

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new(Baseline, "unprotected", 1),
        new("no-op handler", "no-op", 1),
        new(Unbound, "protected", 1),
        new("protected, 10,000 tokens", "protected", 10_000),
        new("protected, with 100,000 revocations held", "revoking", 1),
        new("protected, introspection with freshness 30 s", "introspecting", 1),
        new("protected, nothing remembered", "forgetting", 10_000),
    ];

    public static IReadOnlyList<Scenario> Proofs { get; } =
    [
        new(Baseline, "unprotected", 1),
        new(Unbound, "protected", 1),
        new(Bound, "protected", 1, SendsProofs: true),
    ];
}
