using Keycloak.ApiProtection.Testing.Export;

namespace Keycloak.ApiProtection.Testing;

/// <summary>Operations on the clients of a realm.</summary>
public sealed class KeycloakRealmClients
{
    private readonly Realm _realm;

    internal KeycloakRealmClients(Realm realm) => _realm = realm;

    /// <summary>Sets an attribute of a client, named as in <c>clients[].attributes</c> of the realm export.</summary>
    /// <param name="clientId">The client.</param>
    /// <param name="name">The attribute, for example <c>access.token.signed.response.alg</c>.</param>
    /// <param name="value">The value; null removes the attribute.</param>
    /// <exception cref="ArgumentException">The client does not exist.</exception>
    public void SetAttribute(string clientId, string name, string? value) => _realm.Change(export =>
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
    public void SetSecret(string clientId, string secret) => _realm.Change(export => export with
    {
        Clients = new Dictionary<string, Client>(export.Clients) { [clientId] = _realm.RequireClient(clientId) with { Secret = secret } },
    });

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
        SetAttribute(clientId, "backchannel.logout.url", url?.AbsoluteUri);
        SetAttribute(clientId, "backchannel.logout.session.required", sessionRequired ? "true" : "false");
        SetAttribute(clientId, "backchannel.logout.revoke.offline.tokens", revokeOfflineSessions ? "true" : "false");
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
            Clients = new Dictionary<string, Client>(export.Clients)
            {
                [clientId] = export.Clients[clientId] with { AdminUrl = url?.AbsoluteUri },
            },
        });
    }
}
