using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Sessions;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>Client credentials (RFC 6749 section 4.4): a token for the client's service account, in a transient session.</summary>
internal sealed class ClientCredentialsGrant(Realm realm, TokenResponse response)
{
    public Answer Answer(EndpointRequest request, Client client, JsonObject? confirmation)
    {
        if (client.Public)
        {
            return TokenEndpoint.Reject("unauthorized_client", "Public client not allowed to retrieve service account", 401);
        }

        if (!client.ServiceAccounts || realm.FindServiceAccount(client) is not { } account)
        {
            return TokenEndpoint.Reject("unauthorized_client", "Client not enabled to retrieve service account", 401);
        }

        if (!realm.Sessions.IsEnabled(account))
        {
            return TokenEndpoint.Reject("invalid_request", $"User '{account.Username}' disabled", 401);
        }

        var requested = request.Parameter("scope");
        var scope = ScopeRequest.Resolve(realm.Export, client, account, requested?.Split(' ') ?? []);
        if (scope.Unknown.Count > 0)
        {
            return TokenEndpoint.Reject("invalid_scope", $"Invalid scopes: {requested}");
        }

        var session = SessionOf(client, account, request.RemoteAddress, realm.Time.GetUtcNow());
        var context = new TokenContext(realm.Export, client, account, scope.Scopes, scope.OpenId, session, request.Issuer);
        return response.Answer(context, "cc", confirmation, withRefreshToken: false);
    }

    /// <summary>Creates the transient session of one token, with the notes that its mappers read.</summary>
    public static UserSession SessionOf(Client client, User account, string address, DateTimeOffset now) =>
        new(RealmSessions.NewId(), account.Id, SessionKind.Transient, now)
        {
            Notes = new Dictionary<string, string> { ["client_id"] = client.Id, ["clientHost"] = address, ["clientAddress"] = address },
        };
}
