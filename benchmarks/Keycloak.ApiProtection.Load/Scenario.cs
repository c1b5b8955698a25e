namespace Keycloak.ApiProtection.Load;

/// <summary>One way to send requests to one kind of server.</summary>
/// <param name="Name">The name in the table.</param>
/// <param name="Server">The kind of server.</param>
/// <param name="Tokens">The number of distinct tokens that are sent in turn.</param>
internal sealed record Scenario(string Name, string Server, int Tokens)
{
    public const string Baseline = "unprotected";

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new(Baseline, "unprotected", 1),
        new("no-op handler", "no-op", 1),
        new("protected, repeated token", "protected", 1),
        new("protected, 10,000 tokens", "protected", 10_000),
        new("protected, with 100,000 revocations held", "revoking", 1),
        new("protected, introspection with freshness 30 s", "introspecting", 1),
        new("protected, nothing remembered", "forgetting", 10_000),
    ];
}
