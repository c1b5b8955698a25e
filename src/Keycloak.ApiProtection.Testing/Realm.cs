using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Keys;
using Keycloak.ApiProtection.Testing.Mappers;
using Keycloak.ApiProtection.Testing.Pushes;
using Keycloak.ApiProtection.Testing.Sessions;
using Keycloak.ApiProtection.Testing.StoredEvents;
using Keycloak.ApiProtection.Testing.Tokens;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Testing;

/// <summary>A running realm without its host: the content of the export, and its current state.</summary>
internal sealed class Realm(
    RealmExport export, TimeProvider time, ILogger logger, Func<string, Func<SigningKey>, SigningKey>? supplyKey = null) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Lazy<RealmKeys> _foreignKeys =
        new(() => new RealmKeys(new RealmExport("foreign") { KeyProviders = [new("RS256", 0, 2048)] }, time, supplyKey));
    private volatile RealmExport _export = export;
    private RealmPushes? _pushes;

    /// <summary>The current content of the realm. Operations on clients and users replace it as a whole.</summary>
    public RealmExport Export => _export;

    public TimeProvider Time => time;

    public ILogger Logger => logger;

    public RealmKeys Keys { get; } = new(export, time, supplyKey);

    /// <summary>Keys that never belonged to this realm, used for forged tokens.</summary>
    public RealmKeys ForeignKeys => _foreignKeys.Value;

    public RealmSessions Sessions { get; } = new(export, time);

    public RealmEvents Events { get; } = new(time);

    public RealmPushes Pushes => LazyInitializer.EnsureInitialized(ref _pushes, () => new RealmPushes(this));

    public ClaimMappers Mappers { get; } = new(logger);

    public TokenIssuer Tokens { get; } = new(export, new ClaimMappers(logger), time);

    public User? FindUser(string name) =>
        Export.Users.FirstOrDefault(user => string.Equals(user.Username, name, StringComparison.OrdinalIgnoreCase))
        ?? (Export.LoginWithEmail
            ? Export.Users.FirstOrDefault(
                user => user.Email is not null && string.Equals(user.Email, name, StringComparison.OrdinalIgnoreCase))
            : null);

    public User? FindUserById(string id) => Export.Users.FirstOrDefault(user => user.Id == id);

    public User? FindServiceAccount(Client client) => Export.Users.FirstOrDefault(user => user.ServiceAccountOf == client.Id);

    public User RequireUser(string name) => FindUser(name) ?? throw new ArgumentException(
        $"Realm '{Export.Name}' has no user '{name}'. Its users: {string.Join(", ", Export.Users.Select(user => user.Username))}.",
        nameof(name));

    public Client RequireClient(string id) => Export.Clients.GetValueOrDefault(id) ?? throw new ArgumentException(
        $"Realm '{Export.Name}' has no client '{id}'. Its clients: {string.Join(", ", Export.Clients.Keys)}.", nameof(id));

    public void Change(Func<RealmExport, RealmExport> change)
    {
        lock (_lock)
        {
            _export = change(_export);
        }
    }

    public void Dispose()
    {
        _pushes?.Dispose();
        Keys.Dispose();
        if (_foreignKeys.IsValueCreated)
        {
            _foreignKeys.Value.Dispose();
        }
    }
}
