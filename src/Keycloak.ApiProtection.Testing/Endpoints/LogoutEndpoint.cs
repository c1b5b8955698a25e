using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>Logout by a refresh token: the whole user session ends. The browser's logout page is not there.</summary>
internal sealed class LogoutEndpoint(Realm realm, ClientAuthentication clients) : IRealmEndpoint
{
    public Task<Answer> AnswerAsync(EndpointRequest request) => Task.FromResult(Respond(request));

    private Answer Respond(EndpointRequest request)
    {
        if (!request.IsPost || request.Parameter("refresh_token") is not { } text)
        {
            return Answer.Error(501, "not_implemented", "The embedded realm has no logout page: POST a refresh_token, or ask a real Keycloak.");
        }

        var (client, refusal) = clients.Authenticate(request);
        if (client is null)
        {
            return refusal!;
        }

        if (ReceivedToken.Verify(text, realm.Keys) is not { IsRefreshToken: true } token || token.Issuer != request.Issuer)
        {
            return Answer.Error(400, "invalid_grant", "Invalid refresh token");
        }

        if (token.AuthorizedParty != client.Id)
        {
            return Answer.Error(400, "invalid_grant", "Invalid refresh token. Token client and authorized client don't match");
        }

        realm.Sessions.End(token.SessionId ?? "");
        return new Answer(204, Headers: Answer.NoCache);
    }
}
