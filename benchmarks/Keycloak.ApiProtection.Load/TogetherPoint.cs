namespace Keycloak.ApiProtection.Load;

/// <summary>How often a new token's signature was checked that so many requests brought at once.</summary>
/// <param name="Requests">How many.</param>
/// <param name="Checks">Signature checks for each token, on average.</param>
/// <param name="Most">The most for any.</param>
internal sealed record TogetherPoint(int Requests, double Checks, long Most);
