using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Keys;
using Keycloak.ApiProtection.Testing.Sessions;

namespace Keycloak.ApiProtection.Testing;

/// <content>Operations that change the realm: those of an administrator or a user, and faults.</content>
public sealed partial class KeycloakRealm
{
    /// <summary>Creates a new active key for every algorithm that the realm has keys for.</summary>
    /// <param name="keepOldKeys">
    /// True: the old keys become passive. They no longer sign tokens, but stay in the JWK set. False: the old keys are removed from the JWK
    /// set immediately, as if an administrator had disabled them.
    /// </param>
    public void RotateKeys(bool keepOldKeys = true) => _realm.Keys.Rotate(keepOldKeys);

    /// <summary>Creates a new active key for one algorithm. The old keys stay in the JWK set.</summary>
    /// <param name="algorithm">The JWA name, for example <c>RS256</c>.</param>
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
    /// Removes one key from the JWK set. Tokens signed with it become inactive. If it was the active key, a new one is created
    /// when it is needed.
    /// </summary>
    /// <param name="keyId">The <c>kid</c>.</param>
    /// <returns>False if the realm has no such key.</returns>
    public bool DisableKey(string keyId) => _realm.Keys.Disable(keyId);

    /// <summary>Removes from the JWK set the passive keys that <see cref="RotateKeys"/> kept.</summary>
    public void RemovePassiveKeys() => _realm.Keys.RemovePassive();

    /// <summary>Disables a user. The user's tokens become inactive, and no new tokens are issued.</summary>
    /// <param name="username">The user.</param>
    /// <exception cref="ArgumentException">The user does not exist.</exception>
    public void DisableUser(string username) => _realm.Sessions.Enable(_realm.RequireUser(username), enabled: false);

    /// <summary>Enables a user. Tokens that have not expired become active again.</summary>
    /// <param name="username">The user.</param>
    /// <exception cref="ArgumentException">The user does not exist.</exception>
    public void EnableUser(string username) => _realm.Sessions.Enable(_realm.RequireUser(username), enabled: true);

    /// <summary>Ends one session for all its clients.</summary>
    /// <param name="sessionId">The session id: the claim <c>sid</c> of its tokens.</param>
    /// <returns>False if there was no such session.</returns>
    public bool EndSession(string sessionId)
    {
        var session = _realm.Sessions.Find(sessionId, SessionKind.Online);
        var ended = _realm.Sessions.End(sessionId);
        Await(_realm.Pushes.LoggedOutAsync(session is null ? [] : [session], Issuer));
        return ended;
    }

    /// <summary>
    /// Sets the maximum lifetime of a session (Realm settings &gt; Sessions &gt; SSO Session Max). Applies to existing sessions as well.
    /// </summary>
    /// <param name="max">
    /// The maximum time since the session started. Older sessions are expired, and their tokens are inactive. Clients are not notified.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="max"/> is not positive.</exception>
    public void SetSessionMax(TimeSpan max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(max, TimeSpan.Zero);
        _realm.Sessions.SetMax(max);
    }

    /// <summary>Ends all online sessions of a user. Offline sessions stay, as in Keycloak.</summary>
    /// <param name="username">The user.</param>
    /// <returns>The number of sessions that were ended.</returns>
    /// <exception cref="ArgumentException">The user does not exist.</exception>
    public int LogOut(string username)
    {
        var sessions = OnlineSessionsOf(username);
        var ended = _realm.Sessions.EndAllOf(_realm.RequireUser(username).Id);
        Await(_realm.Pushes.LoggedOutAsync(sessions, Issuer));
        return ended;
    }

    /// <summary>
    /// Withdraws a user's consent for a client. The client's tokens become inactive; the user's sessions stay open for other clients.
    /// </summary>
    /// <param name="username">The user.</param>
    /// <param name="clientId">The client.</param>
    /// <exception cref="ArgumentException">The user or the client does not exist.</exception>
    public void WithdrawConsent(string username, string clientId)
    {
        var sessions = OnlineSessionsOf(username);
        _realm.Sessions.EndClientOf(_realm.RequireUser(username).Id, _realm.RequireClient(clientId).Id);
        Await(_realm.Pushes.LoggedOutAsync(sessions, Issuer, clientId));
    }

    /// <summary>
    /// Signs out all users ("Sign out all active sessions"): all online sessions end, and tokens issued before the
    /// current second become inactive.
    /// </summary>
    public void SignOutAll()
    {
        _realm.Sessions.EndAll();
        Await(_realm.Pushes.ActAsync("k_logout", "LOGOUT", _ => _realm.Sessions.NotBefore));
    }

    /// <summary>Sets the not-before time. Tokens issued before it are inactive.</summary>
    /// <param name="time">The not-before time, stored in whole seconds.</param>
    /// <param name="clientId">The client to set the time for; null for the realm.</param>
    /// <exception cref="ArgumentException">The client does not exist.</exception>
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

    /// <summary>Assigns a role to a user. Introspection and new tokens include it.</summary>
    /// <param name="username">The user.</param>
    /// <param name="role">The role's name.</param>
    /// <param name="clientId">The client that the role belongs to; null for a realm role.</param>
    /// <exception cref="ArgumentException">The user or the client does not exist.</exception>
    public void AssignRole(string username, string role, string? clientId = null) =>
        ChangeRoles(username, clientId, roles => [.. roles.Append(new RoleName(clientId, role)).Distinct()]);

    /// <summary>Removes a role that is assigned to a user directly.</summary>
    /// <param name="username">The user.</param>
    /// <param name="role">The role's name.</param>
    /// <param name="clientId">The client that the role belongs to; null for a realm role.</param>
    /// <exception cref="ArgumentException">The user or the client does not exist.</exception>
    public void UnassignRole(string username, string role, string? clientId = null) =>
        ChangeRoles(username, clientId, roles => [.. roles.Where(assigned => assigned != new RoleName(clientId, role))]);

    /// <summary>Sets an attribute of a client, named as in <c>clients[].attributes</c> of the realm export.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="name">The attribute, for example <c>access.token.signed.response.alg</c>.</param>
    /// <param name="value">The value; null removes the attribute.</param>
    /// <exception cref="ArgumentException">The client does not exist.</exception>
    public void SetClientAttribute(string clientId, string name, string? value) => _realm.Change(export =>
    {
        var client = _realm.RequireClient(clientId);
        var attributes = new Dictionary<string, string>(client.Attributes, StringComparer.Ordinal);
        attributes.Remove(name);
        if (value is not null)
        {
            attributes[name] = value;
        }

        return export with
        {
            Clients = new Dictionary<string, Client>(export.Clients) { [clientId] = client with { Attributes = attributes } },
        };
    });

    /// <summary>
    /// Changes a client's secret, like "Regenerate" in Clients &gt; the client &gt; Credentials. The old
    /// secret becomes invalid immediately.
    /// </summary>
    /// <param name="clientId">The client.</param>
    /// <param name="secret">The new secret.</param>
    /// <exception cref="ArgumentException">The client does not exist.</exception>
    public void SetClientSecret(string clientId, string secret) => _realm.Change(export => export with
    {
        Clients = new Dictionary<string, Client>(export.Clients) { [clientId] = _realm.RequireClient(clientId) with { Secret = secret } },
    });

    /// <summary>
    /// Makes the realm unreachable: open connections are aborted, and new connections are aborted before a response is sent.
    /// </summary>
    /// <remarks>The port stays in use, so that no other process can take it before <see cref="ComeBack"/> is called.</remarks>
    public void GoDown()
    {
        _disturbances.IsDown = true;
        _host.DropConnections();
    }

    /// <summary>Makes the realm reachable again, with the same keys, sessions and port.</summary>
    public void ComeBack() => _disturbances.IsDown = false;

    /// <summary>Delays every response.</summary>
    /// <param name="delay">The delay, measured with <see cref="KeycloakRealmOptions.TimeProvider"/>; zero removes the delay.</param>
    /// <param name="endpoints">The endpoints to delay.</param>
    public void AnswerSlowly(TimeSpan delay, RealmEndpoint endpoints = RealmEndpoint.All) => _disturbances.Delay(delay, endpoints);

    /// <summary>
    /// Holds back all responses until the returned object is disposed. Lets a test check what happens in the meantime without sleeping.
    /// </summary>
    /// <param name="endpoints">The endpoints to hold.</param>
    /// <returns>Dispose it to release the responses.</returns>
    public IDisposable HoldAnswers(RealmEndpoint endpoints = RealmEndpoint.All) => _disturbances.Hold(endpoints);

    /// <summary>Sends incorrect responses until <see cref="AnswerNormally"/> is called.</summary>
    /// <param name="wrong">The kind of incorrect response.</param>
    /// <param name="endpoints">The endpoints that respond incorrectly.</param>
    public void AnswerWrongly(WrongAnswer wrong, RealmEndpoint endpoints = RealmEndpoint.All) =>
        _disturbances.AnswerWrongly(wrong, endpoints);

    /// <summary>Removes delays and incorrect responses.</summary>
    /// <param name="endpoints">The endpoints to restore.</param>
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
            return export with
            {
                Users = [.. export.Users.Select(other => other.Id == user.Id ? user with { Roles = change(user.Roles) } : other)],
            };
        });
    }
}
