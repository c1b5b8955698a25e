using Keycloak.ApiProtection.Journal;

namespace Keycloak.ApiProtection.Revocation;

/// <summary>What a scheme's revocations need of its options. Validated.</summary>
/// <param name="Time">The clock.</param>
/// <param name="ClockSkew">How far the clocks of this machine and of Keycloak may differ.</param>
/// <param name="Lifetime">How long a revocation is kept.</param>
/// <param name="Capacity">How many revocations are told apart.</param>
/// <param name="EndedSessionLifetime">
/// How long a logout rejects the client's tokens of the ended session, however young they are. Zero: not at all.
/// </param>
internal sealed record RevocationSettings(
    TimeProvider Time, TimeSpan ClockSkew, TimeSpan Lifetime, int Capacity, TimeSpan EndedSessionLifetime)
{
    /// <summary>Gets the issuers of the realm's tokens. At least one if there is a journal.</summary>
    public IReadOnlyList<string> Issuers { get; init; } = [];

    /// <summary>Gets what is shared with other replicas; null if nothing is.</summary>
    public SharedRevocations? Shared { get; init; }
}
