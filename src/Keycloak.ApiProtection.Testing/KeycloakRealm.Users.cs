using Keycloak.ApiProtection.Testing.Export;

namespace Keycloak.ApiProtection.Testing;

/// <content>Users that come and go.</content>
public sealed partial class KeycloakRealm
{
    /// <summary>Adds a user, without any roles.</summary>
    /// <param name="username">The name. It must not be taken.</param>
    /// <param name="password">The password.</param>
    /// <exception cref="ArgumentException">There is such a user.</exception>
    public void AddUser(string username, string password)
    {
        ArgumentException.ThrowIfNullOrEmpty(username);
        ArgumentException.ThrowIfNullOrEmpty(password);
        var user = new User(Guid.NewGuid().ToString(), username) { Password = PasswordCredential.InClear(password) };
        _realm.Change(export => _realm.FindUser(username) is null
            ? export with { Users = [.. export.Users, user] }
            : throw new ArgumentException($"Realm '{export.Name}' has a user '{username}' already.", nameof(username)));
        _realm.Sessions.Enable(user, enabled: true);
    }

    /// <summary>Deletes a user: all sessions end, offline ones too, and tokens are inactive. Nobody is told.</summary>
    /// <param name="username">The user.</param>
    /// <exception cref="ArgumentException">There is no such user.</exception>
    public void DeleteUser(string username)
    {
        var user = _realm.RequireUser(username);
        _realm.Change(export => export with { Users = [.. export.Users.Where(other => other.Id != user.Id)] });
        _realm.Sessions.Forget(user);
    }
}
