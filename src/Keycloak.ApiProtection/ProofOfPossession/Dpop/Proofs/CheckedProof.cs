using Keycloak.ApiProtection.Realms.Keys;

namespace Keycloak.ApiProtection.ProofOfPossession.Dpop.Proofs;

/// <summary>A proof whose signature was verified.</summary>
/// <param name="AcceptableUntil">The time from which it is not acceptable anymore.</param>
/// <param name="HasNonce">Whether it has a valid nonce.</param>
/// <param name="Renew">Whether the response should contain a new nonce.</param>
/// <param name="NewKey">The imported key if it was not in the cache.</param>
internal readonly record struct CheckedProof(DateTimeOffset AcceptableUntil, bool HasNonce, bool Renew, SigningKey? NewKey);
