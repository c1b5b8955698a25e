namespace Keycloak.ApiProtection.Testing;

/// <content>What the realm sends by itself. As in Keycloak, an act returns when everybody has been told, or could not be.</content>
public sealed partial class KeycloakRealm
{
    /// <summary>What the realm has sent to its clients' URLs, and how it was answered.</summary>
    public IReadOnlyList<KeycloakPush> Pushes => _realm.Pushes.Sent;

    /// <summary>Says how the realm reaches the APIs under test: for one that runs in memory, <c>api.Server.CreateHandler()</c>.</summary>
    /// <param name="handler">The handler, which stays the caller's; null: real HTTP, as from the start.</param>
    public void PushThrough(HttpMessageHandler? handler) => _realm.Pushes.Through(handler);

    /// <summary>Sets a client's "Backchannel logout URL": where a logout token goes when a session ends in which the client takes part.</summary>
    /// <param name="clientId">The client in which the user logs in; an API never takes part in a session.</param>
    /// <param name="url">The URL; null takes it away.</param>
    /// <param name="sessionRequired">"Backchannel logout session required": whether the token names the session; else it names the user alone.</param>
    /// <param name="revokeOfflineSessions">"Backchannel logout revoke offline sessions": whether the token says <c>revoke_offline_access</c>.</param>
    /// <exception cref="ArgumentException">There is no such client.</exception>
    public void SetBackchannelLogoutUrl(string clientId, Uri? url, bool sessionRequired = true, bool revokeOfflineSessions = false)
    {
        SetClientAttribute(clientId, "backchannel.logout.url", url?.AbsoluteUri);
        SetClientAttribute(clientId, "backchannel.logout.session.required", sessionRequired ? "true" : "false");
        SetClientAttribute(clientId, "backchannel.logout.revoke.offline.tokens", revokeOfflineSessions ? "true" : "false");
    }

    /// <summary>Sets a client's "Admin URL": below it, the realm pushes not-before and sign-outs.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="url">The URL; null takes it away.</param>
    /// <exception cref="ArgumentException">There is no such client.</exception>
    public void SetAdminUrl(string clientId, Uri? url)
    {
        _ = _realm.RequireClient(clientId);
        _realm.Change(export => export with
        {
            Clients = new Dictionary<string, Export.Client>(export.Clients) { [clientId] = export.Clients[clientId] with { AdminUrl = url?.AbsoluteUri } },
        });
    }

    /// <summary>"Push" on the page of the realm's sessions, or of a client: sends the not-before mark to the admin URLs.</summary>
    /// <param name="clientId">The client, whose own mark is sent, which is 0 where it has none; null: the realm's mark, to all clients.</param>
    /// <exception cref="ArgumentException">There is no such client.</exception>
    public void PushNotBefore(string? clientId = null)
    {
        _ = clientId is null ? null : _realm.RequireClient(clientId);
        Await(_realm.Pushes.ActAsync(
            "k_push_not_before",
            "PUSH_NOT_BEFORE",
            client => clientId is null ? _realm.Sessions.NotBefore : _realm.Sessions.NotBeforeOf(client.Id),
            clientId));
    }

    // Acts are not awaited, so that a test reads as what happens: none of this comes back to the caller's context.
    private static void Await(Task pushes) => pushes.GetAwaiter().GetResult();
}
