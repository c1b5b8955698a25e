using Microsoft.AspNetCore.Http.Features;

namespace Keycloak.ApiProtection.Testing.Hosting;

/// <summary>Records that the realm aborted an in-memory request, which has no connection to abort.</summary>
internal sealed class RequestLifetime(CancellationToken aborted) : IHttpRequestLifetimeFeature
{
    public bool IsAborted { get; private set; }

    public CancellationToken RequestAborted { get; set; } = aborted;

    public void Abort() => IsAborted = true;
}
