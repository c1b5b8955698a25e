using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Sessions;

namespace Keycloak.ApiProtection.Testing.Tokens;

/// <summary>An active token: signed by the realm and not expired, with an enabled user and client and a live session.</summary>
internal sealed record KnownToken(ReceivedToken Token, User User, Client Client, UserSession Session, IReadOnlyList<string> Scopes)
{
    /// <param name="realm">The realm.</param>
    /// <param name="text">The text that a caller sent.</param>
    /// <param name="issuer">The issuer for the host in the request. A token with the issuer of another host is unknown.</param>
    /// <returns>Null for any other token. The caller does not learn the reason.</returns>
    public static KnownToken? Find(Realm realm, string text, string issuer)
    {
        if (ReceivedToken.Verify(text, realm.Keys) is not { } token
            || token.Issuer != issuer
            || !token.IsActiveAt(realm.Time.GetUtcNow())
            || realm.Sessions.IsRevoked(token.Id ?? "")
            || realm.Export.Clients.GetValueOrDefault(token.AuthorizedParty ?? "") is not { Enabled: true } client
            || FindSession(realm, token, client) is not var (session, scopes)
            || realm.FindUserById(session.UserId) is not { } user
            || !realm.Sessions.IsEnabled(user)
            || realm.Sessions.IsTooOld(token.IssuedAt, client.Id, user.Id))
        {
            return null;
        }

        return new KnownToken(token, user, client, session, scopes);
    }

    public TokenContext ToContext(Realm realm, string issuer) =>
        new(realm.Export, Client, User, ScopeRequest.Named(realm.Export, Scopes), Scopes.Contains("openid"), Session, issuer);

    private static (UserSession Session, IReadOnlyList<string> Scopes)? FindSession(Realm realm, ReceivedToken token, Client client)
    {
        if (token.SessionId is not { } id)
        {
            return realm.FindServiceAccount(client) is { } account
                ? (
                    new UserSession("", account.Id, SessionKind.Transient, realm.Time.GetUtcNow()),
                    [.. client.DefaultScopes, .. token.Scopes])
                : null;
        }

        var session = realm.Sessions.Find(id, token.IsOffline ? SessionKind.Offline : SessionKind.Online)
            ?? (token.Type == "ID" ? realm.Sessions.Find(id, SessionKind.Offline) : null);
        return session?.Clients.GetValueOrDefault(client.Id) is { } member ? (session, member.Scopes) : null;
    }
}
