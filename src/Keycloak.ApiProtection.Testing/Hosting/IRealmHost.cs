namespace Keycloak.ApiProtection.Testing.Hosting;

/// <summary>How requests reach the realm: through a loopback port or within the process.</summary>
internal interface IRealmHost : IAsyncDisposable
{
    public Uri BaseAddress { get; }

    /// <summary>Creates a handler for a client. The caller owns it.</summary>
    public HttpMessageHandler CreateHandler();

    /// <summary>Aborts the open connections, as when a server goes down.</summary>
    public void DropConnections();
}
