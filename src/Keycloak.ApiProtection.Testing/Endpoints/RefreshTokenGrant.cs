using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Sessions;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>Refresh (RFC 6749 section 6): the same session with the current roles and claims.</summary>
internal sealed class RefreshTokenGrant(Realm realm, TokenResponse response)
{
    private const string InvalidGrant = "invalid_grant";

    public Answer Answer(EndpointRequest request, Client client, JsonObject? confirmation)
    {
        if (request.Parameter("refresh_token") is not { } text)
        {
            return TokenEndpoint.Reject("invalid_request", "No refresh token");
        }

        if (ReceivedToken.Verify(text, realm.Keys) is not { IsRefreshToken: true } token || token.Issuer != request.Issuer)
        {
            return TokenEndpoint.Reject(InvalidGrant, "Invalid refresh token");
        }

        if (!token.IsActiveAt(realm.Time.GetUtcNow()))
        {
            return TokenEndpoint.Reject(InvalidGrant, "Token is not active");
        }

        if (token.AuthorizedParty != client.Id)
        {
            return TokenEndpoint.Reject(InvalidGrant, "Invalid refresh token. Token client and authorized client don't match");
        }

        if (token.Claims["cnf"]?["jkt"]?.ToString() is { } bound && bound != confirmation?["jkt"]?.ToString())
        {
            return TokenEndpoint.Reject(InvalidGrant, "DPoP proof and token binding verification failed");
        }

        var kind = token.IsOffline ? SessionKind.Offline : SessionKind.Online;
        if (realm.Sessions.Find(token.SessionId ?? "", kind) is not { } session
            || session.Clients.GetValueOrDefault(client.Id) is not { } clientSession)
        {
            return TokenEndpoint.Reject(
                InvalidGrant, kind == SessionKind.Offline ? "Offline user session not found" : "Session not active");
        }

        if (realm.FindUserById(session.UserId) is not { } user || !realm.Sessions.IsEnabled(user))
        {
            return TokenEndpoint.Reject(InvalidGrant, "User disabled");
        }

        if (realm.Sessions.IsTooOld(token.IssuedAt, client.Id, user.Id))
        {
            return TokenEndpoint.Reject(InvalidGrant, "Stale token");
        }

        if (realm.Export.RevokeRefreshToken && !realm.Sessions.UseOnce(token.Id ?? ""))
        {
            const string reused = "Maximum allowed refresh token reuse exceeded";
            realm.Sessions.EndClient(session.Id, kind, client.Id);
            realm.Events.Happened(
                "REFRESH_TOKEN_ERROR",
                client.Id,
                sessionId: session.Id,
                error: "invalid_token",
                details: [("reason", reused), ("grant_type", "refresh_token"), ("refresh_token_sub", user.Id)]);
            return TokenEndpoint.Reject(InvalidGrant, reused);
        }

        return Refresh(request, client, user, session, clientSession, confirmation);
    }

    private Answer Refresh(
        EndpointRequest request, Client client, User user, UserSession session, ClientSession clientSession, JsonObject? confirmation)
    {
        var requested = request.Parameter("scope");
        var wanted = requested?.Split(' ') ?? clientSession.Scopes;
        var all = ScopeRequest.Resolve(realm.Export, client, user, [.. wanted]);
        if (all.Unknown.Count > 0)
        {
            return TokenEndpoint.Reject("invalid_scope", $"Invalid scopes: {requested}");
        }

        var granted = all.Scopes.Where(scope => client.DefaultScopes.Contains(scope.Name) || clientSession.Scopes.Contains(scope.Name));
        var openId = all.OpenId && clientSession.Scopes.Contains("openid");
        if (realm.Sessions.Join(session.Id, session.Kind, clientSession) is not { } refreshed)
        {
            return TokenEndpoint.Reject(InvalidGrant, "Session not active");
        }

        var context = new TokenContext(realm.Export, client, user, [.. granted], openId, refreshed, request.Issuer);
        return response.Answer(context, "rt", confirmation, client.UsesRefreshTokens);
    }
}
