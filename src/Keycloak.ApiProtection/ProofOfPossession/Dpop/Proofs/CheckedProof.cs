namespace Keycloak.ApiProtection.ProofOfPossession.Dpop.Proofs;

/// <summary>A proof whose signature was verified.</summary>
/// <param name="AcceptableUntil">The time from which it is not acceptable anymore.</param>
/// <param name="HasNonce">Whether it has a valid nonce.</param>
/// <param name="Renew">Whether the response should contain a new nonce.</param>
/// <param name="NewKey">The imported key if it was not in the cache; otherwise null.</param>
/// <param name="NewTokenHash">The hash of the token's text if the token can keep it and does not have it; otherwise null.</param>
internal readonly record struct CheckedProof(
    DateTimeOffset AcceptableUntil, bool HasNonce, bool Renew, CachedKey? NewKey = null, byte[]? NewTokenHash = null);
