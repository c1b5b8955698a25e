namespace Keycloak.ApiProtection.Load;

/// <summary>How often the signature of a new token was checked if concurrent requests sent it.</summary>
/// <param name="Requests">The number of concurrent requests.</param>
/// <param name="Checks">The average number of signature checks for each token.</param>
/// <param name="Most">The maximum number of signature checks for any token.</param>
internal sealed record TogetherPoint(int Requests, double Checks, long Most);
