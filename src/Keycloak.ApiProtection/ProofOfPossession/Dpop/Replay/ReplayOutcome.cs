namespace Keycloak.ApiProtection.ProofOfPossession.Dpop.Replay;

/// <summary>What the memory of used proofs says about a proof.</summary>
internal enum ReplayOutcome
{
    /// <summary>The proof is new and is now remembered.</summary>
    Added,

    /// <summary>The proof was used before.</summary>
    Replayed,

    /// <summary>The proof is new, but it cannot be remembered, because the memory is full.</summary>
    Full,

    /// <summary>The store failed, so it is not known whether another replica has accepted the proof.</summary>
    Unknown,
}
