namespace Keycloak.ApiProtection.Testing.Hosting;

/// <summary>No port at all: requests go from the client's handler straight into the realm.</summary>
internal sealed class InMemoryHost(RealmApplication realm, Uri baseAddress) : IRealmHost
{
    public Uri BaseAddress { get; } = baseAddress;

    public HttpMessageHandler CreateHandler() => new InMemoryHandler(realm);

    public void DropConnections()
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
