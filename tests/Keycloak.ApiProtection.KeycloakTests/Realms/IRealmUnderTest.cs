using Keycloak.ApiProtection.KeycloakTests.Clients;

namespace Keycloak.ApiProtection.KeycloakTests.Realms;

/// <summary>A running realm <c>demo</c> that the contract is held against: a real server's or the embedded one.</summary>
public interface IRealmUnderTest
{
    /// <summary>The Keycloak version whose behaviour is expected. Expectations that differ name it.</summary>
    public Version Version { get; }

    /// <summary>Where the server listens, without a path.</summary>
    public Uri BaseAddress { get; }

    /// <summary>The realm's endpoints.</summary>
    public RealmClient Client { get; }

    /// <summary>Makes a new key that signs from now on; the old ones stay listed.</summary>
    /// <returns>The new key's id.</returns>
    public Task<string> RotateKeyAsync(string algorithm, CancellationToken cancellationToken);

    /// <summary>Disables a key: it is no longer listed, and what it signed is no longer good.</summary>
    public Task DisableKeyAsync(string keyId, CancellationToken cancellationToken);

    public Task SetUserEnabledAsync(string user, bool enabled, CancellationToken cancellationToken);

    /// <summary>Adds a user whose password is the name, without roles.</summary>
    public Task AddUserAsync(string user, CancellationToken cancellationToken);

    public Task DeleteUserAsync(string user, CancellationToken cancellationToken);

    /// <summary>Sets how long sessions live from their beginning, those that have begun too; in seconds.</summary>
    public Task SetSessionMaxAsync(int seconds, CancellationToken cancellationToken);

    /// <summary>Ends one session, as an admin does it.</summary>
    public Task EndSessionAsync(string sessionId, CancellationToken cancellationToken);

    /// <summary>Ends all sessions of a user, as an admin does it.</summary>
    public Task LogOutUserAsync(string user, CancellationToken cancellationToken);

    /// <summary>Sets the realm's not-before in seconds since 1970; 0 takes it away.</summary>
    public Task SetNotBeforeAsync(long notBefore, CancellationToken cancellationToken);

    /// <summary>Sets a client's own not-before in seconds since 1970; 0 takes it away.</summary>
    public Task SetClientNotBeforeAsync(string clientId, long notBefore, CancellationToken cancellationToken);

    /// <summary>Pushes the realm's not-before to all admin URLs, or a client's own to that client's.</summary>
    public Task PushNotBeforeAsync(string? clientId, CancellationToken cancellationToken);

    /// <summary>"Sign out all active sessions".</summary>
    public Task SignOutAllAsync(CancellationToken cancellationToken);

    /// <summary>Sets a client's back-channel logout URL; null takes it away.</summary>
    public Task SetBackchannelLogoutUrlAsync(string clientId, string? url, CancellationToken cancellationToken);

    /// <summary>Sets a client's admin URL; null takes it away.</summary>
    public Task SetAdminUrlAsync(string clientId, string? url, CancellationToken cancellationToken);

    /// <summary>Gives a user a realm role, or takes it away.</summary>
    public Task SetRealmRoleAsync(string user, string role, bool held, CancellationToken cancellationToken);

    /// <summary>Changes a client's secret.</summary>
    public Task SetClientSecretAsync(string clientId, string secret, CancellationToken cancellationToken);

    /// <summary>A token of the client <c>mtls</c>, bound to a client certificate; null where this realm cannot issue one.</summary>
    public Task<string?> MutualTlsTokenAsync(string user, CancellationToken cancellationToken);
}
