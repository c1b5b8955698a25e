using Keycloak.ApiProtection.Testing.Export;

namespace Keycloak.ApiProtection.Testing;

/// <content>Adding and deleting users.</content>
public sealed partial class KeycloakRealm
{
    /// <summary>Adds a user without any roles.</summary>
    /// <param name="username">The user name. It must not exist yet.</param>
    /// <param name="password">The password.</param>
    /// <exception cref="ArgumentException">The user already exists.</exception>
    public void AddUser(string username, string password)
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
    public void DeleteUser(string username)
    {
        var user = _realm.RequireUser(username);
        _realm.Change(export => export with { Users = [.. export.Users.Where(other => other.Id != user.Id)] });
        _realm.Sessions.Forget(user);
    }
}
