using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Sessions;

namespace Keycloak.ApiProtection.Testing;

/// <summary>Operations on the sessions of a realm, and on what makes their tokens inactive.</summary>
/// <remarks>As in Keycloak, an operation returns when every client has been notified or the attempt has failed.</remarks>
public sealed class KeycloakRealmSessions
{
    private readonly Realm _realm;
    private readonly string _issuer;

    internal KeycloakRealmSessions(Realm realm, string issuer)
    {
        _realm = realm;
        _issuer = issuer;
    }

    /// <summary>Ends one session for all its clients.</summary>
    /// <param name="sessionId">The session id: the claim <c>sid</c> of its tokens.</param>
    /// <returns>False if there was no such session.</returns>
    public bool End(string sessionId)
    {
        var session = _realm.Sessions.Find(sessionId, SessionKind.Online);
        var ended = _realm.Sessions.End(sessionId);
        if (ended)
        {
            _realm.Events.Administered(
                "DELETE", "USER_SESSION", $"sessions/{sessionId}", new JsonObject { ["offline"] = session is null });
        }

        Await(_realm.Pushes.LoggedOutAsync(session is null ? [] : [session], _issuer));
        return ended;
    }

    /// <summary>Ends all online sessions of a user. Offline sessions stay, as in Keycloak.</summary>
    /// <param name="username">The user.</param>
    /// <returns>The number of sessions that were ended.</returns>
    /// <exception cref="ArgumentException">The user does not exist.</exception>
    public int LogOut(string username)
    {
        var sessions = OnlineSessionsOf(username);
        var user = _realm.RequireUser(username).Id;
        var ended = _realm.Sessions.EndAllOf(user);
        _realm.Events.Administered("ACTION", "USER", $"users/{user}/logout");
        Await(_realm.Pushes.LoggedOutAsync(sessions, _issuer));
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
        var user = _realm.RequireUser(username).Id;
        _realm.Sessions.EndClientOf(user, _realm.RequireClient(clientId).Id);
        _realm.Events.Administered("ACTION", "USER", $"users/{user}/consents/{clientId}");
        Await(_realm.Pushes.LoggedOutAsync(sessions, _issuer, clientId));
    }

    /// <summary>
    /// Signs out all users ("Sign out all active sessions"): all online sessions end, and tokens issued before the
    /// current second become inactive.
    /// </summary>
    public void SignOutAll()
    {
        _realm.Sessions.EndAll();
        _realm.Events.Administered("ACTION", "REALM", "logout-all", new JsonObject());
        Await(_realm.Pushes.ActAsync("k_logout", "LOGOUT", _ => _realm.Sessions.NotBefore));
    }

    /// <summary>
    /// Sets the maximum lifetime of a session (Realm settings &gt; Sessions &gt; SSO Session Max). Applies to existing sessions as well.
    /// </summary>
    /// <param name="max">
    /// The maximum time since the session started. Older sessions are expired, and their tokens are inactive. Clients are not notified.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="max"/> is not positive.</exception>
    public void SetMax(TimeSpan max)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(max, TimeSpan.Zero);
        _realm.Sessions.SetMax(max);
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
            _realm.Events.Administered(
                "UPDATE",
                "REALM",
                null,
                new JsonObject { ["realm"] = _realm.Export.Name, ["notBefore"] = time.ToUnixTimeSeconds(), ["enabled"] = true });
        }
        else
        {
            var client = _realm.RequireClient(clientId);
            _realm.Sessions.SetNotBefore(client, time.ToUnixTimeSeconds());
            _realm.Events.Administered(
                "UPDATE",
                "CLIENT",
                $"clients/{clientId}",
                new JsonObject { ["clientId"] = clientId, ["enabled"] = client.Enabled, ["notBefore"] = time.ToUnixTimeSeconds() });
        }
    }

    /// <summary>
    /// Sends the not-before time to the admin URLs, like "Push" on the sessions page of the realm or on the page of a client.
    /// </summary>
    /// <param name="clientId">
    /// The client whose own not-before time is sent, or 0 if it has none; null sends the realm's not-before time to all clients.
    /// </param>
    /// <exception cref="ArgumentException">The client does not exist.</exception>
    public void PushNotBefore(string? clientId = null)
    {
        _ = clientId is null ? null : _realm.RequireClient(clientId);
        Await(_realm.Pushes.ActAsync(
            "k_push_not_before",
            "PUSH_NOT_BEFORE",
            client => clientId is null ? _realm.Sessions.NotBefore : _realm.Sessions.NotBeforeOf(client.Id),
            clientId));
    }

    private UserSession[] OnlineSessionsOf(string username)
    {
        var user = _realm.RequireUser(username).Id;
        return [.. _realm.Sessions.Live().Where(session => session.UserId == user && session.Kind == SessionKind.Online)];
    }

    // These methods are synchronous so that a test reads as a list of steps. The tasks do not need the caller's synchronization context.
    private static void Await(Task pushes) => pushes.GetAwaiter().GetResult();
}
