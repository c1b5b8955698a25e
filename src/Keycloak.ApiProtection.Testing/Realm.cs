using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Keys;
using Keycloak.ApiProtection.Testing.Mappers;
using Keycloak.ApiProtection.Testing.Sessions;
using Keycloak.ApiProtection.Testing.Tokens;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Testing;

/// <summary>A running realm without its doors: what was exported, and what has happened since.</summary>
internal sealed class Realm(RealmExport export, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly Lazy<RealmKeys> _foreignKeys = new(() => new RealmKeys(new RealmExport("foreign"), time));

    public RealmExport Export => export;

    public TimeProvider Time => time;

    public ILogger Logger => logger;

    public RealmKeys Keys { get; } = new(export, time);

    /// <summary>Keys that this realm never had: for forged tokens.</summary>
    public RealmKeys ForeignKeys => _foreignKeys.Value;

    public RealmSessions Sessions { get; } = new(export, time);

    public ClaimMappers Mappers { get; } = new(logger);

    public TokenIssuer Tokens { get; } = new(export, new ClaimMappers(logger), time);

    public User? FindUser(string name) => export.Users.FirstOrDefault(user => string.Equals(user.Username, name, StringComparison.OrdinalIgnoreCase))
        ?? (export.LoginWithEmail
            ? export.Users.FirstOrDefault(user => user.Email is not null && string.Equals(user.Email, name, StringComparison.OrdinalIgnoreCase))
            : null);

    public User? FindUserById(string id) => export.Users.FirstOrDefault(user => user.Id == id);

    public User? FindServiceAccount(Client client) => export.Users.FirstOrDefault(user => user.ServiceAccountOf == client.Id);

    public User RequireUser(string name) => FindUser(name) ?? throw new ArgumentException(
        $"Realm '{export.Name}' has no user '{name}'. Its users: {string.Join(", ", export.Users.Select(user => user.Username))}.", nameof(name));

    public Client RequireClient(string id) => export.Clients.GetValueOrDefault(id) ?? throw new ArgumentException(
        $"Realm '{export.Name}' has no client '{id}'. Its clients: {string.Join(", ", export.Clients.Keys)}.", nameof(id));

    public void Dispose()
    {
        Keys.Dispose();
        if (_foreignKeys.IsValueCreated)
        {
            _foreignKeys.Value.Dispose();
        }
    }
}
