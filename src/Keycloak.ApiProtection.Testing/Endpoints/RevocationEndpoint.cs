using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Sessions;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>
/// Token revocation (RFC 7009): revokes an access token by its <c>jti</c>. For a refresh token, it ends the client's part of the session.
/// </summary>
internal sealed class RevocationEndpoint(Realm realm, ClientAuthentication clients) : IRealmEndpoint
{
    public Task<Answer> AnswerAsync(EndpointRequest request) => Task.FromResult(Respond(request));

    private Answer Respond(EndpointRequest request)
    {
        if (!request.IsPost)
        {
            return Answer.MethodNotAllowed;
        }

        var (client, rejection) = clients.Authenticate(request);
        if (client is null)
        {
            return rejection!;
        }

        if (request.Parameter("token") is not { } text)
        {
            return Answer.Error(400, "invalid_request", "Token not provided");
        }

        if (ReceivedToken.Verify(text, realm.Keys) is not { } token || token.Issuer != request.Issuer)
        {
            return Answer.Error(200, "invalid_token", "Invalid token");
        }

        if (!token.IsAccessToken && !token.IsRefreshToken)
        {
            return Answer.Error(400, "unsupported_token_type", "Unsupported token type");
        }

        return token.AuthorizedParty == client.Id ? Revoke(token, client) : Answer.Error(400, "invalid_request", "Unmatching clients");
    }

    private Answer Revoke(ReceivedToken token, Client client)
    {
        if (token.IsAccessToken)
        {
            realm.Sessions.Revoke(token.Id ?? "");
            realm.Events.Happened("REVOKE_GRANT", client.Id, token.Subject, details: [("token_id", token.Id ?? "")]);
        }
        else
        {
            realm.Sessions.EndClient(token.SessionId ?? "", token.IsOffline ? SessionKind.Offline : SessionKind.Online, client.Id);
            realm.Events.Happened(
                "REVOKE_GRANT",
                client.Id,
                token.Subject,
                token.SessionId,
                details:
                [
                    ("refresh_token_type", token.Type!), ("revoked_client", client.Id), ("refresh_token_id", token.Id ?? ""),
                ]);
        }

        return new Answer(200);
    }
}
