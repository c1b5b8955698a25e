using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Keys;
using Keycloak.ApiProtection.Testing.Sessions;

namespace Keycloak.ApiProtection.Testing;

/// <content>What can be done to the realm, as an administrator, a user or fate would do it.</content>
public sealed partial class KeycloakRealm
{
    /// <summary>New keys sign from now on, for every algorithm that the realm has keys for.</summary>
    /// <param name="keepOldKeys">
    /// True: the old keys become passive; they sign nothing any more and stay in the JWKS. False: they are gone from the JWKS at once, as if an
    /// administrator had disabled them.
    /// </param>
    public void RotateKeys(bool keepOldKeys = true) => _realm.Keys.Rotate(keepOldKeys);

    /// <summary>A new key signs from now on, for one algorithm; the old ones stay in the JWKS.</summary>
    /// <param name="algorithm">The JWA name, like <c>RS256</c>.</param>
    /// <returns>The new key's <c>kid</c>.</returns>
    /// <exception cref="NotSupportedException">The embedded realm cannot sign with <paramref name="algorithm"/>.</exception>
    public string RotateKey(string algorithm)
    {
        if (!RealmKeys.CanSign(algorithm))
        {
            throw new NotSupportedException($"The embedded realm cannot sign with '{algorithm}'.");
        }

        _realm.Keys.Rotate(keepOld: true, algorithm);
        return _realm.Keys.Active(algorithm).Id;
    }

    /// <summary>
    /// Takes one key out of the JWKS; what it signed is inactive. Where it was the active one, a new one is made when it is needed.
    /// </summary>
    /// <param name="keyId">The <c>kid</c>.</param>
    /// <returns>False where the realm has no such key.</returns>
    public bool DisableKey(string keyId) => _realm.Keys.Disable(keyId);

    /// <summary>Takes passive keys, which <see cref="RotateKeys"/> had kept, out of the JWKS.</summary>
    public void RemovePassiveKeys() => _realm.Keys.RemovePassive();

    /// <summary>Disables a user: tokens are inactive, no new ones are issued.</summary>
    /// <param name="username">The user.</param>
    /// <exception cref="ArgumentException">There is no such user.</exception>
    public void DisableUser(string username) => _realm.Sessions.Enable(_realm.RequireUser(username), enabled: false);

    /// <summary>Enables a user: tokens that have not expired are active again.</summary>
    /// <param name="username">The user.</param>
    /// <exception cref="ArgumentException">There is no such user.</exception>
    public void EnableUser(string username) => _realm.Sessions.Enable(_realm.RequireUser(username), enabled: true);

    /// <summary>Ends one session, for all its clients.</summary>
    /// <param name="sessionId">The claim <c>sid</c> of its tokens.</param>
    /// <returns>False where there was no such session.</returns>
    public bool EndSession(string sessionId)
    {
        var session = _realm.Sessions.Find(sessionId, SessionKind.Online);
        var ended = _realm.Sessions.End(sessionId);
        Await(_realm.Pushes.LoggedOutAsync(session is null ? [] : [session], Issuer));
        return ended;
    }

    /// <summary>Sets how long a session lives from its beginning (Realm settings &gt; Sessions &gt; SSO Session Max); counts for those that have begun, too.</summary>
    /// <param name="max">How long. A session that is older has expired, and its tokens are inactive. Nobody is told.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="max"/> is not positive.</exception>
    public void SetSessionMax(TimeSpan max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(max, TimeSpan.Zero);
        _realm.Sessions.SetMax(max);
    }

    /// <summary>Ends all sessions of a user; offline sessions stay, as in Keycloak.</summary>
    /// <param name="username">The user.</param>
    /// <returns>How many sessions there were.</returns>
    /// <exception cref="ArgumentException">There is no such user.</exception>
    public int LogOut(string username)
    {
        var sessions = OnlineSessionsOf(username);
        var ended = _realm.Sessions.EndAllOf(_realm.RequireUser(username).Id);
        Await(_realm.Pushes.LoggedOutAsync(sessions, Issuer));
        return ended;
    }

    /// <summary>A user withdraws the consent for a client: its tokens are inactive, the user's sessions and their other clients live on.</summary>
    /// <param name="username">The user.</param>
    /// <param name="clientId">The client.</param>
    /// <exception cref="ArgumentException">There is no such user or client.</exception>
    public void WithdrawConsent(string username, string clientId)
    {
        var sessions = OnlineSessionsOf(username);
        _realm.Sessions.EndClientOf(_realm.RequireUser(username).Id, _realm.RequireClient(clientId).Id);
        Await(_realm.Pushes.LoggedOutAsync(sessions, Issuer, clientId));
    }

    /// <summary>"Sign out all active sessions": all online sessions end, and tokens issued before this second are inactive.</summary>
    public void SignOutAll()
    {
        _realm.Sessions.EndAll();
        Await(_realm.Pushes.ActAsync("k_logout", "LOGOUT", _ => _realm.Sessions.NotBefore));
    }

    /// <summary>Sets the not-before mark: tokens issued before it are inactive.</summary>
    /// <param name="time">The mark, kept in whole seconds.</param>
    /// <param name="clientId">The client whose mark it is; null for the realm's.</param>
    /// <exception cref="ArgumentException">There is no such client.</exception>
    public void SetNotBefore(DateTimeOffset time, string? clientId = null)
    {
        if (clientId is null)
        {
            _realm.Sessions.SetNotBefore(time.ToUnixTimeSeconds());
        }
        else
        {
            _realm.Sessions.SetNotBefore(_realm.RequireClient(clientId), time.ToUnixTimeSeconds());
        }
    }

    /// <summary>Gives a user a role; introspection and the next token know it.</summary>
    /// <param name="username">The user.</param>
    /// <param name="role">The role's name.</param>
    /// <param name="clientId">The client whose role it is; null for a realm role.</param>
    /// <exception cref="ArgumentException">There is no such user or client.</exception>
    public void AssignRole(string username, string role, string? clientId = null) =>
        ChangeRoles(username, clientId, roles => [.. roles.Append(new RoleName(clientId, role)).Distinct()]);

    /// <summary>Takes a role, as far as the user was given it directly, away again.</summary>
    /// <param name="username">The user.</param>
    /// <param name="role">The role's name.</param>
    /// <param name="clientId">The client whose role it is; null for a realm role.</param>
    /// <exception cref="ArgumentException">There is no such user or client.</exception>
    public void UnassignRole(string username, string role, string? clientId = null) =>
        ChangeRoles(username, clientId, roles => [.. roles.Where(assigned => assigned != new RoleName(clientId, role))]);

    /// <summary>Sets an attribute of a client, as the export's <c>clients[].attributes</c> names them.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="name">The attribute, like <c>access.token.signed.response.alg</c>.</param>
    /// <param name="value">The value; null removes the attribute.</param>
    /// <exception cref="ArgumentException">There is no such client.</exception>
    public void SetClientAttribute(string clientId, string name, string? value) => _realm.Change(export =>
    {
        var client = _realm.RequireClient(clientId);
        var attributes = new Dictionary<string, string>(client.Attributes, StringComparer.Ordinal);
        attributes.Remove(name);
        if (value is not null)
        {
            attributes[name] = value;
        }

        return export with { Clients = new Dictionary<string, Client>(export.Clients) { [clientId] = client with { Attributes = attributes } } };
    });

    /// <summary>Changes a client's secret, as "Regenerate" does (Clients &gt; the client &gt; Credentials): the old one is worth nothing from now on.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="secret">The new secret.</param>
    /// <exception cref="ArgumentException">The realm has no such client.</exception>
    public void SetClientSecret(string clientId, string secret) => _realm.Change(export => export with
    {
        Clients = new Dictionary<string, Client>(export.Clients) { [clientId] = _realm.RequireClient(clientId) with { Secret = secret } },
    });

    /// <summary>The realm cannot be reached: open connections break, and so does every new one before it is answered.</summary>
    /// <remarks>The port stays taken, so that nobody else gets it until <see cref="ComeBack"/>.</remarks>
    public void GoDown()
    {
        _disturbances.IsDown = true;
        _host.DropConnections();
    }

    /// <summary>The realm can be reached again, with the same keys, sessions and port.</summary>
    public void ComeBack() => _disturbances.IsDown = false;

    /// <summary>Every answer takes longer.</summary>
    /// <param name="delay">How much, by the realm's <see cref="KeycloakRealmOptions.TimeProvider"/>; zero ends it.</param>
    /// <param name="endpoints">Where.</param>
    public void AnswerSlowly(TimeSpan delay, RealmEndpoint endpoints = RealmEndpoint.All) => _disturbances.Delay(delay, endpoints);

    /// <summary>Holds all answers back until the result is disposed: for tests of what happens meanwhile, without any sleeping.</summary>
    /// <param name="endpoints">Where.</param>
    /// <returns>Dispose it to let the answers go.</returns>
    public IDisposable HoldAnswers(RealmEndpoint endpoints = RealmEndpoint.All) => _disturbances.Hold(endpoints);

    /// <summary>Answers wrongly until <see cref="AnswerNormally"/>.</summary>
    /// <param name="wrong">How.</param>
    /// <param name="endpoints">Where.</param>
    public void AnswerWrongly(WrongAnswer wrong, RealmEndpoint endpoints = RealmEndpoint.All) => _disturbances.AnswerWrongly(wrong, endpoints);

    /// <summary>Ends slow and wrong answers.</summary>
    /// <param name="endpoints">Where.</param>
    public void AnswerNormally(RealmEndpoint endpoints = RealmEndpoint.All) => _disturbances.Clear(endpoints);

    private UserSession[] OnlineSessionsOf(string username)
    {
        var user = _realm.RequireUser(username).Id;
        return [.. _realm.Sessions.Live().Where(session => session.UserId == user && session.Kind == SessionKind.Online)];
    }

    private void ChangeRoles(string username, string? clientId, Func<IReadOnlyList<RoleName>, IReadOnlyList<RoleName>> change)
    {
        _ = clientId is null ? null : _realm.RequireClient(clientId);
        _realm.Change(export =>
        {
            var user = _realm.RequireUser(username);
            return export with { Users = [.. export.Users.Select(other => other.Id == user.Id ? user with { Roles = change(user.Roles) } : other)] };
        });
    }
}
