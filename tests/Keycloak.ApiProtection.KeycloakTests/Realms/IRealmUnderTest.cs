using Keycloak.ApiProtection.KeycloakTests.Clients;

namespace Keycloak.ApiProtection.KeycloakTests.Realms;

/// <summary>A running realm <c>demo</c> for the contract tests: on a real server or embedded.</summary>
public interface IRealmUnderTest
{
    /// <summary>The Keycloak version whose behavior is expected.</summary>
    public Version Version { get; }

    /// <summary>The address of the server, without a path.</summary>
    public Uri BaseAddress { get; }

    /// <summary>The realm's endpoints.</summary>
    public RealmClient Client { get; }

    /// <summary>Creates a new signing key. The old keys stay published.</summary>
    /// <returns>The new key's id.</returns>
    public Task<string> RotateKeyAsync(string algorithm, CancellationToken cancellationToken);

    /// <summary>Disables a key: it is no longer published, and its signatures are no longer valid.</summary>
    public Task DisableKeyAsync(string keyId, CancellationToken cancellationToken);

    public Task SetUserEnabledAsync(string user, bool enabled, CancellationToken cancellationToken);

    /// <summary>Adds a user without roles. The password is the user name.</summary>
    public Task AddUserAsync(string user, CancellationToken cancellationToken);

    public Task DeleteUserAsync(string user, CancellationToken cancellationToken);

    /// <summary>Sets the maximum lifetime of sessions in seconds, including existing sessions.</summary>
    public Task SetSessionMaxAsync(int seconds, CancellationToken cancellationToken);

    /// <summary>Ends one session, as an admin does.</summary>
    public Task EndSessionAsync(string sessionId, CancellationToken cancellationToken);

    /// <summary>Ends all sessions of a user, as an admin does.</summary>
    public Task LogOutUserAsync(string user, CancellationToken cancellationToken);

    /// <summary>Sets the realm's not-before in seconds since 1970; 0 removes it.</summary>
    public Task SetNotBeforeAsync(long notBefore, CancellationToken cancellationToken);

    /// <summary>Sets a client's own not-before in seconds since 1970; 0 removes it.</summary>
    public Task SetClientNotBeforeAsync(string clientId, long notBefore, CancellationToken cancellationToken);

    /// <summary>Pushes the realm's not-before to all admin URLs, or the not-before of a client to its admin URL.</summary>
    public Task PushNotBeforeAsync(string? clientId, CancellationToken cancellationToken);

    /// <summary>Performs "Sign out all active sessions".</summary>
    public Task SignOutAllAsync(CancellationToken cancellationToken);

    /// <summary>Sets a client's back-channel logout URL; null removes it.</summary>
    public Task SetBackchannelLogoutUrlAsync(string clientId, string? url, CancellationToken cancellationToken);

    /// <summary>Sets a client's admin URL; null removes it.</summary>
    public Task SetAdminUrlAsync(string clientId, string? url, CancellationToken cancellationToken);

    /// <summary>Assigns a realm role to a user, or removes it.</summary>
    public Task SetRealmRoleAsync(string user, string role, bool held, CancellationToken cancellationToken);

    /// <summary>Stores all events, and lets the service account of <c>orders-api</c> read them.</summary>
    public Task StoreEventsAsync(CancellationToken cancellationToken);

    /// <summary>Changes a client's secret.</summary>
    public Task SetClientSecretAsync(string clientId, string secret, CancellationToken cancellationToken);

    /// <summary>
    /// Gets a token of the client <c>mtls</c> that is bound to a client certificate; null if this realm cannot issue one.
    /// </summary>
    public Task<string?> MutualTlsTokenAsync(string user, CancellationToken cancellationToken);
}
