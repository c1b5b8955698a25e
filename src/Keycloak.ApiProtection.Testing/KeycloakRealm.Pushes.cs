namespace Keycloak.ApiProtection.Testing;

/// <content>
/// Requests that the realm sends to clients. As in Keycloak, an operation returns when every client has been notified or
/// the attempt has failed.
/// </content>
public sealed partial class KeycloakRealm
{
    /// <summary>The requests that the realm has sent to its clients' URLs, and the status of each response.</summary>
    public IReadOnlyList<KeycloakPush> Pushes => _realm.Pushes.Sent;

    /// <summary>
    /// Sets how the realm reaches the APIs under test. For an API that runs in memory, pass <c>api.Server.CreateHandler()</c>.
    /// </summary>
    /// <param name="handler">The handler; the caller keeps ownership of it. Null, the initial state, sends real HTTP requests.</param>
    public void PushThrough(HttpMessageHandler? handler) => _realm.Pushes.Through(handler);

    /// <summary>
    /// Sets a client's "Backchannel logout URL". When a session that the client takes part in ends, the realm sends a logout token to it.
    /// </summary>
    /// <param name="clientId">The client that the user logs in to. An API never takes part in a session.</param>
    /// <param name="url">The URL; null removes it.</param>
    /// <param name="sessionRequired">
    /// "Backchannel logout session required": whether the token contains the session id. If false, it contains only the user.
    /// </param>
    /// <param name="revokeOfflineSessions">
    /// "Backchannel logout revoke offline sessions": whether the token contains <c>revoke_offline_access</c>.
    /// </param>
    /// <exception cref="ArgumentException">The client does not exist.</exception>
    public void SetBackchannelLogoutUrl(string clientId, Uri? url, bool sessionRequired = true, bool revokeOfflineSessions = false)
    {
        SetClientAttribute(clientId, "backchannel.logout.url", url?.AbsoluteUri);
        SetClientAttribute(clientId, "backchannel.logout.session.required", sessionRequired ? "true" : "false");
        SetClientAttribute(clientId, "backchannel.logout.revoke.offline.tokens", revokeOfflineSessions ? "true" : "false");
    }

    /// <summary>Sets a client's "Admin URL". The realm sends not-before times and sign-outs to paths below it.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="url">The URL; null removes it.</param>
    /// <exception cref="ArgumentException">The client does not exist.</exception>
    public void SetAdminUrl(string clientId, Uri? url)
    {
        _ = _realm.RequireClient(clientId);
        _realm.Change(export => export with
        {
            Clients = new Dictionary<string, Export.Client>(export.Clients)
            {
                [clientId] = export.Clients[clientId] with { AdminUrl = url?.AbsoluteUri },
            },
        });
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

    // These methods are synchronous so that a test reads as a list of steps. The tasks do not need the caller's synchronization context.
    private static void Await(Task pushes) => pushes.GetAwaiter().GetResult();
}
