using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Revocation;
using Keycloak.ApiProtection.Schemes;
using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>A scheme, as the notification endpoints see it.</summary>
internal sealed class NotificationScheme(string name, KeycloakSchemes schemes)
{
    private const int MostReplays = 10_000;

    /// <summary>Gets the scheme's name.</summary>
    public string Name => name;

    /// <summary>Gets what is asked of its tokens.</summary>
    public TokenPolicy Policy => Scheme.Verifier.Policy;

    /// <summary>Gets its realm's keys.</summary>
    public RealmKeys Keys => Scheme.Keys;

    /// <summary>Gets what has been revoked.</summary>
    public KeycloakRevocations Revocations => Scheme.Revocations;

    /// <summary>Gets what has been posted.</summary>
    public ReplayMemory Posted { get; } = new(MostReplays, schemes.Get(name).Options.TimeProvider!);

    /// <summary>Gets the time.</summary>
    public DateTimeOffset Now => Options.TimeProvider!.GetUtcNow();

    /// <summary>Gets whether the owner named clients whose logouts matter here.</summary>
    public bool HasLoginClients => Options.LoginClients.Count > 0;

    private KeycloakScheme Scheme => schemes.Get(name);

    private KeycloakBearerOptions Options => Scheme.Options;

    /// <summary>Whether what Keycloak sends to this client is meant for this API.</summary>
    public bool Serves(string client) => client == Options.Resource || Options.LoginClients.Contains(client);
}
