namespace Keycloak.ApiProtection.Load;

/// <summary>The time of a cache hit for a number of tokens and threads.</summary>
internal sealed record ScalingPoint(int Tokens, int Threads, double Nanoseconds);
