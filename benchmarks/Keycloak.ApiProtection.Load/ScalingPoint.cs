namespace Keycloak.ApiProtection.Load;

/// <summary>Time of a hit for so many tokens and threads.</summary>
internal sealed record ScalingPoint(int Tokens, int Threads, double Nanoseconds);
