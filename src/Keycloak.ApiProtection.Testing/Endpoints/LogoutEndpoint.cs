using Keycloak.ApiProtection.Testing.Sessions;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>Logout with a refresh token, which ends the whole user session. There is no logout page for browsers.</summary>
internal sealed class LogoutEndpoint(Realm realm, ClientAuthentication clients) : IRealmEndpoint
{
    public Task<Answer> AnswerAsync(EndpointRequest request) => RespondAsync(request);

    private async Task<Answer> RespondAsync(EndpointRequest request)
    {
        if (!request.IsPost || request.Parameter("refresh_token") is not { } text)
        {
            return Answer.Error(
                501, "not_implemented", "The embedded realm has no logout page. POST a refresh_token, or use a real Keycloak.");
        }

        var (client, rejection) = clients.Authenticate(request);
        if (client is null)
        {
            return rejection!;
        }

        if (ReceivedToken.Verify(text, realm.Keys) is not { IsRefreshToken: true } token || token.Issuer != request.Issuer)
        {
            return Answer.Error(400, "invalid_grant", "Invalid refresh token");
        }

        if (token.AuthorizedParty != client.Id)
        {
            return Answer.Error(400, "invalid_grant", "Invalid refresh token. Token client and authorized client don't match");
        }

        var sessionId = token.SessionId ?? "";
        var session = realm.Sessions.Find(sessionId, SessionKind.Online);
        realm.Sessions.End(sessionId);
        realm.Events.Happened("LOGOUT", client.Id, token.Subject, sessionId);
        await realm.Pushes.LoggedOutAsync(session is null ? [] : [session], request.Issuer).ConfigureAwait(false);
        return new Answer(204, Headers: Answer.NoCache);
    }
}
