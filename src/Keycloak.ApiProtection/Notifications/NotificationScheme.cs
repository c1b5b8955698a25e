using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Revocation;
using Keycloak.ApiProtection.Tokens;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>One scheme, as the endpoints see it.</summary>
internal sealed class NotificationScheme(string name, IOptionsMonitor<KeycloakBearerOptions> options)
{
    private const int MostReplays = 10_000;

    /// <summary>Gets the scheme's name.</summary>
    public string Name => name;

    /// <summary>Gets what is asked of its tokens.</summary>
    public TokenPolicy Policy => Options.Verifier.Value.Policy;

    /// <summary>Gets its realm's keys.</summary>
    public RealmKeys Keys => Options.Verifier.Value.Keys;

    /// <summary>Gets what has been revoked.</summary>
    public KeycloakRevocations Revocations => Options.Revocations.Value;

    /// <summary>Gets what has been posted.</summary>
    public ReplayMemory Posted { get; } = new(MostReplays, options.Get(name).TimeProvider!);

    /// <summary>Gets the time.</summary>
    public DateTimeOffset Now => Options.TimeProvider!.GetUtcNow();

    /// <summary>Gets whether the owner named clients whose logouts matter here.</summary>
    public bool HasLoginClients => Options.LoginClients.Count > 0;

    private KeycloakBearerOptions Options => options.Get(name);

    /// <summary>Whether what Keycloak sends to this client is meant for this API.</summary>
    public bool Serves(string client) => client == Options.Resource || Options.LoginClients.Contains(client);
}
