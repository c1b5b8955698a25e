namespace Keycloak.ApiProtection.Load;

/// <summary>The CPU time and the allocations of a server since its start, and the current size of its heap.</summary>
internal sealed record ServerState(double CpuMicroseconds, long AllocatedBytes, long HeapBytes);
