using Keycloak.ApiProtection.KeycloakTests.Clients;
using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.KeycloakTests.Realms;

/// <summary>The embedded realm over HTTP on a separate port, with the same export as the real Keycloak 26.</summary>
public sealed class EmbeddedRealm : IRealmUnderTest, IAsyncLifetime
{
    private readonly HttpClient _http = new();
    private KeycloakRealm? _realm;

    /// <summary>The Keycloak version that the embedded realm behaves like.</summary>
    public Version Version { get; } = new(26, 7, 3);

    public Uri BaseAddress => Realm.BaseAddress;

    public RealmClient Client => new(_http, BaseAddress);

    private KeycloakRealm Realm => _realm ?? throw new InvalidOperationException("The realm is not started.");

    public async ValueTask InitializeAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var export = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Realms", "realm-26.json"), cancellationToken);
        _realm = await KeycloakRealm.StartAsync(new KeycloakRealmOptions { RealmExport = export }, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_realm is not null)
        {
            await _realm.DisposeAsync();
        }
    }

    public async Task<string> RotateKeyAsync(string algorithm, CancellationToken cancellationToken)
    {
        var before = await KeyIdsAsync(algorithm, cancellationToken);
        Realm.Keys.Rotate();
        return (await KeyIdsAsync(algorithm, cancellationToken)).Except(before).Single();
    }

    /// <summary>Removes all keys that no longer sign, because the embedded realm cannot remove a single one.</summary>
    public Task DisableKeyAsync(string keyId, CancellationToken cancellationToken) => Done(Realm.Keys.RemovePassive);

    public Task SetUserEnabledAsync(string user, bool enabled, CancellationToken cancellationToken) =>
        Done(() =>
        {
            if (enabled)
            {
                Realm.Users.Enable(user);
            }
            else
            {
                Realm.Users.Disable(user);
            }
        });

    public Task AddUserAsync(string user, CancellationToken cancellationToken) => Done(() => Realm.Users.Add(user, user));

    public Task DeleteUserAsync(string user, CancellationToken cancellationToken) => Done(() => Realm.Users.Delete(user));

    public Task SetSessionMaxAsync(int seconds, CancellationToken cancellationToken) =>
        Done(() => Realm.Sessions.SetMax(TimeSpan.FromSeconds(seconds)));

    public Task EndSessionAsync(string sessionId, CancellationToken cancellationToken) => Done(() => Realm.Sessions.End(sessionId));

    public Task LogOutUserAsync(string user, CancellationToken cancellationToken) => Done(() => Realm.Sessions.LogOut(user));

    public Task SetNotBeforeAsync(long notBefore, CancellationToken cancellationToken) =>
        Done(() => Realm.Sessions.SetNotBefore(DateTimeOffset.FromUnixTimeSeconds(notBefore)));

    public Task SetClientNotBeforeAsync(string clientId, long notBefore, CancellationToken cancellationToken) =>
        Done(() => Realm.Sessions.SetNotBefore(DateTimeOffset.FromUnixTimeSeconds(notBefore), clientId));

    public Task PushNotBeforeAsync(string? clientId, CancellationToken cancellationToken) =>
        Done(() => Realm.Sessions.PushNotBefore(clientId));

    public Task SignOutAllAsync(CancellationToken cancellationToken) => Done(Realm.Sessions.SignOutAll);

    public Task SetBackchannelLogoutUrlAsync(string clientId, string? url, CancellationToken cancellationToken) =>
        Done(() => Realm.Clients.SetBackchannelLogoutUrl(clientId, url is null ? null : new Uri(url)));

    public Task SetAdminUrlAsync(string clientId, string? url, CancellationToken cancellationToken) =>
        Done(() => Realm.Clients.SetAdminUrl(clientId, url is null ? null : new Uri(url)));

    public Task SetRealmRoleAsync(string user, string role, bool held, CancellationToken cancellationToken) => Done(() =>
    {
        if (held)
        {
            Realm.Users.AssignRole(user, role);
        }
        else
        {
            Realm.Users.UnassignRole(user, role);
        }
    });

    public Task StoreEventsAsync(CancellationToken cancellationToken) =>
        Done(() => Realm.Users.AssignRole("service-account-orders-api", "view-events", "realm-management"));

    public Task SetClientSecretAsync(string clientId, string secret, CancellationToken cancellationToken) =>
        Done(() => Realm.Clients.SetSecret(clientId, secret));

    /// <summary>Creates the token in code, because the embedded realm has no TLS.</summary>
    public Task<string?> MutualTlsTokenAsync(string user, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(Realm.Token(user).For("mtls").BoundToCertificate("FnlOVA4DOfhJFEc8-QuUgKt-D7zSTFntVNrx6ERhaK0").Create());

    public void WithdrawConsent(string user, string clientId) => Realm.Sessions.WithdrawConsent(user, clientId);

    /// <summary>A token that a session goes on to bring.</summary>
    public Jwt TokenOfSession(string user, string clientId, string sessionId) =>
        Jwt.Parse(Realm.Token(user).For(clientId).InSession(sessionId).Create());

    private static Task Done(Action act)
    {
        act();
        return Task.CompletedTask;
    }

    private async Task<string[]> KeyIdsAsync(string algorithm, CancellationToken cancellationToken) =>
    [
        .. (await Client.GetKeysAsync(cancellationToken)).Json.GetProperty("keys").EnumerateArray()
            .Where(key => key.GetProperty("alg").GetString() == algorithm)
            .Select(key => key.GetProperty("kid").GetString()!),
    ];
}
