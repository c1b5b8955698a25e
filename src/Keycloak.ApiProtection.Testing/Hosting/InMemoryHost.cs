namespace Keycloak.ApiProtection.Testing.Hosting;

/// <summary>A host without a port: the client's handler passes requests directly to the realm.</summary>
internal sealed class InMemoryHost(RealmApplication realm, Uri baseAddress) : IRealmHost
{
    public Uri BaseAddress { get; } = baseAddress;

    public HttpMessageHandler CreateHandler() => new InMemoryHandler(realm);

    public void DropConnections()
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
