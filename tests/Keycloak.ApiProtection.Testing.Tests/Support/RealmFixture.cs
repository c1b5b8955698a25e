namespace Keycloak.ApiProtection.Testing.Tests.Support;

/// <summary>A realm <c>demo</c> with real HTTP, shared by the tests of a class that do not change it.</summary>
public sealed class RealmFixture : IAsyncLifetime
{
    public KeycloakRealm Realm { get; private set; } = null!;

    internal RealmCaller Caller { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Realm = await KeycloakRealm.StartAsync();
        Caller = new RealmCaller(Realm);
    }

    public async ValueTask DisposeAsync()
    {
        Caller.Dispose();
        await Realm.DisposeAsync();
    }
}
