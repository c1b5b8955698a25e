namespace Keycloak.ApiProtection.Testing.Hosting;

/// <summary>How requests reach the realm: by a loopback port, or within the process.</summary>
internal interface IRealmHost : IAsyncDisposable
{
    public Uri BaseAddress { get; }

    /// <summary>A handler that a client can be built on; each caller owns its own.</summary>
    public HttpMessageHandler CreateHandler();

    /// <summary>Ends the connections that are open, as a server that goes down does.</summary>
    public void DropConnections();
}
