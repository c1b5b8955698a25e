using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;

namespace Keycloak.ApiProtection.Testing;

/// <summary>Operations on the users of a realm.</summary>
public sealed class KeycloakRealmUsers
{
    private readonly Realm _realm;

    internal KeycloakRealmUsers(Realm realm) => _realm = realm;

    /// <summary>Adds a user without any roles.</summary>
    /// <param name="username">The user name. It must not exist yet.</param>
    /// <param name="password">The password.</param>
    /// <exception cref="ArgumentException">The user already exists.</exception>
    public void Add(string username, string password)
    {
        ArgumentException.ThrowIfNullOrEmpty(username);
        ArgumentException.ThrowIfNullOrEmpty(password);
        var user = new User(Guid.NewGuid().ToString(), username) { Password = PasswordCredential.InClear(password) };
        _realm.Change(export => _realm.FindUser(username) is null
            ? export with { Users = [.. export.Users, user] }
            : throw new ArgumentException($"Realm '{export.Name}' already has a user '{username}'.", nameof(username)));
        _realm.Sessions.Enable(user, enabled: true);
    }

    /// <summary>
    /// Deletes a user. All sessions of the user end, including offline sessions, and the user's tokens become inactive.
    /// Clients are not notified.
    /// </summary>
    /// <param name="username">The user.</param>
    /// <exception cref="ArgumentException">The user does not exist.</exception>
    public void Delete(string username)
    {
        var user = _realm.RequireUser(username);
        _realm.Change(export => export with { Users = [.. export.Users.Where(other => other.Id != user.Id)] });
        _realm.Sessions.Forget(user);
        _realm.Events.Administered(
            "DELETE", "USER", $"users/{user.Id}", new JsonObject { ["id"] = user.Id, ["username"] = user.Username });
    }

    /// <summary>Disables a user. The user's tokens become inactive, and no new tokens are issued.</summary>
    /// <param name="username">The user.</param>
    /// <exception cref="ArgumentException">The user does not exist.</exception>
    public void Disable(string username) => SetEnabled(username, enabled: false);

    /// <summary>Enables a user. Tokens that have not expired become active again.</summary>
    /// <param name="username">The user.</param>
    /// <exception cref="ArgumentException">The user does not exist.</exception>
    public void Enable(string username) => SetEnabled(username, enabled: true);

    /// <summary>Assigns a role to a user. Introspection and new tokens include it.</summary>
    /// <param name="username">The user.</param>
    /// <param name="role">The role's name.</param>
    /// <param name="clientId">The client that the role belongs to; null for a realm role.</param>
    /// <exception cref="ArgumentException">The user or the client does not exist.</exception>
    public void AssignRole(string username, string role, string? clientId = null)
    {
        ChangeRoles(username, clientId, roles => [.. roles.Append(new RoleName(clientId, role)).Distinct()]);
        Administered("CREATE", username, role, clientId);
    }

    /// <summary>Removes a role that is assigned to a user directly.</summary>
    /// <param name="username">The user.</param>
    /// <param name="role">The role's name.</param>
    /// <param name="clientId">The client that the role belongs to; null for a realm role.</param>
    /// <exception cref="ArgumentException">The user or the client does not exist.</exception>
    public void UnassignRole(string username, string role, string? clientId = null)
    {
        ChangeRoles(username, clientId, roles => [.. roles.Where(assigned => assigned != new RoleName(clientId, role))]);
        Administered("DELETE", username, role, clientId);
    }

    private void SetEnabled(string username, bool enabled)
    {
        var user = _realm.RequireUser(username);
        _realm.Sessions.Enable(user, enabled);
        _realm.Events.Administered(
            "UPDATE",
            "USER",
            $"users/{user.Id}",
            new JsonObject { ["id"] = user.Id, ["username"] = user.Username, ["enabled"] = enabled, ["notBefore"] = 0 });
    }

    private void Administered(string operation, string username, string role, string? clientId) => _realm.Events.Administered(
        operation,
        clientId is null ? "REALM_ROLE_MAPPING" : "CLIENT_ROLE_MAPPING",
        $"users/{_realm.RequireUser(username).Id}/role-mappings/{(clientId is null ? "realm" : $"clients/{clientId}")}",
        new JsonArray(new JsonObject { ["name"] = role, ["clientRole"] = clientId is not null }));

    private void ChangeRoles(string username, string? clientId, Func<IReadOnlyList<RoleName>, IReadOnlyList<RoleName>> change)
    {
        _ = clientId is null ? null : _realm.RequireClient(clientId);
        _realm.Change(export =>
        {
            var user = _realm.RequireUser(username);
            return export with
            {
                Users = [.. export.Users.Select(other => other.Id == user.Id ? user with { Roles = change(user.Roles) } : other)],
            };
        });
    }
}
