using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Diagnostics;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Sessions;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>Resource owner password credentials (RFC 6749 section 4.3), Keycloak's "direct access grants".</summary>
internal sealed class PasswordGrant(Realm realm, TokenResponse response)
{
    public Answer Answer(EndpointRequest request, Client client, JsonObject? confirmation)
    {
        if (!client.DirectAccessGrants || client.ConsentRequired)
        {
            return TokenEndpoint.Reject("unauthorized_client", "Client not allowed for direct access grants");
        }

        if (request.Parameter("username") is not { } username)
        {
            return TokenEndpoint.Reject("invalid_request", "Missing parameter: username", 401);
        }

        if (realm.FindUser(username) is not { ServiceAccountOf: null } user || !KnowsPassword(user, request.Parameter("password")))
        {
            return TokenEndpoint.Reject("invalid_grant", "Invalid user credentials");
        }

        if (!realm.Sessions.IsEnabled(user))
        {
            return TokenEndpoint.Reject("invalid_grant", "Account disabled");
        }

        var requested = request.Parameter("scope");
        var scope = ScopeRequest.Resolve(realm.Export, client, user, requested?.Split(' ') ?? []);
        return scope.Unknown.Count > 0
            ? TokenEndpoint.Reject("invalid_scope", $"Invalid scopes: {requested}")
            : response.Answer(Open(request, client, user, scope), "ro", confirmation, client.UsesRefreshTokens);
    }

    private TokenContext Open(EndpointRequest request, Client client, User user, ScopeRequest scope)
    {
        var isOffline = scope.Scopes.Any(granted => granted.Name == ClientScope.OfflineAccess);
        var now = realm.Time.GetUtcNow();
        var session = new UserSession(RealmSessions.NewId(), user.Id, isOffline ? SessionKind.Offline : SessionKind.Online, now);
        var context = new TokenContext(realm.Export, client, user, scope.Scopes, scope.OpenId, session, request.Issuer);
        var member = new ClientSession(client.Id, context.FullScope.Split(' '), now);
        realm.Sessions.Open(session with { Clients = new Dictionary<string, ClientSession> { [client.Id] = member } });
        return context;
    }

    private bool KnowsPassword(User user, string? password)
    {
        if (user.Password is { CanBeChecked: false } credential)
        {
            realm.Logger.PasswordNotCheckable(user.Username, credential.Algorithm);
            return false;
        }

        return password is not null && user.Password?.Matches(password) == true;
    }
}
