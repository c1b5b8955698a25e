using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Revocation;
using Keycloak.ApiProtection.Schemes;
using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>The parts of a scheme that the notification endpoints use.</summary>
internal sealed class NotificationScheme(string name, KeycloakSchemes schemes)
{
    private const int MostReplays = 10_000;

    /// <summary>Gets the scheme's name.</summary>
    public string Name => name;

    /// <summary>Gets the token policy of the scheme.</summary>
    public TokenPolicy Policy => Scheme.Verifier.Policy;

    /// <summary>Gets the keys of the realm.</summary>
    public RealmKeys Keys => Scheme.Keys;

    /// <summary>Gets the revocations of the scheme.</summary>
    public KeycloakRevocations Revocations => Scheme.Revocations;

    /// <summary>Gets the ids of the notifications that were received.</summary>
    public ReplayMemory Posted { get; } = new(MostReplays, schemes.Get(name).Options.TimeProvider!);

    /// <summary>Gets the current time.</summary>
    public DateTimeOffset Now => Options.TimeProvider!.GetUtcNow();

    /// <summary>Gets whether <see cref="KeycloakBearerOptions.LoginClients"/> is set.</summary>
    public bool HasLoginClients => Options.LoginClients.Count > 0;

    private KeycloakScheme Scheme => schemes.Get(name);

    private KeycloakBearerOptions Options => Scheme.Options;

    /// <summary>Whether this is no time, or a time that has passed for every clock within the skew.</summary>
    public bool HasExpired(DateTimeOffset? expiresAt) => expiresAt is not { } time || Now - Policy.ClockSkew >= time;

    /// <summary>Whether notifications to this client are accepted: it is this API's own client or one of the login clients.</summary>
    public bool Serves(string client) => client == Options.Resource || Options.LoginClients.Contains(client);
}
