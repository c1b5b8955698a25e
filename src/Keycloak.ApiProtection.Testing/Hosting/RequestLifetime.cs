using Microsoft.AspNetCore.Http.Features;

namespace Keycloak.ApiProtection.Testing.Hosting;

/// <summary>Remembers that the realm broke off a request that has no connection to break.</summary>
internal sealed class RequestLifetime(CancellationToken aborted) : IHttpRequestLifetimeFeature
{
    public bool IsAborted { get; private set; }

    public CancellationToken RequestAborted { get; set; } = aborted;

    public void Abort() => IsAborted = true;
}
