namespace Keycloak.ApiProtection.Load;

/// <summary>What a server has used since it started.</summary>
internal sealed record ServerState(double CpuMicroseconds, long AllocatedBytes, long HeapBytes);
