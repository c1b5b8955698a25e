using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Sessions;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>The successful response of the token endpoint (RFC 6749 section 5.1), with its members in Keycloak's order.</summary>
internal sealed class TokenResponse(Realm realm)
{
    /// <param name="context">The user, the client, the scopes and the session.</param>
    /// <param name="grant">The two letters for the grant in the <c>jti</c>.</param>
    /// <param name="confirmation">The key that the access token is bound to, or null.</param>
    /// <param name="withRefreshToken">Whether the response contains a refresh token.</param>
    public Answer Answer(TokenContext context, string grant, JsonObject? confirmation, bool withRefreshToken)
    {
        var claims = realm.Tokens.AccessToken(context, grant, context.Client.Lightweight, confirmation);
        var accessToken = SignAccessToken(context.Client, claims);
        var body = Start(accessToken, claims);
        if (withRefreshToken)
        {
            var refreshToken = realm.Tokens.RefreshToken(context, claims);
            body["refresh_expires_in"] = Lifetime(refreshToken);
            body["refresh_token"] = CompactJws.Sign(refreshToken, realm.Keys.Internal);
        }

        body["token_type"] = claims["typ"]!.DeepClone();
        if (context.OpenId && context.Session.Kind != SessionKind.Transient)
        {
            var key = realm.Keys.Active(context.Client.IdTokenAlgorithm(realm.Export));
            body["id_token"] = CompactJws.Sign(realm.Tokens.IdToken(context, accessToken), key);
        }

        return Finish(body, context, confirmation is not null);
    }

    /// <summary>The response to a token exchange (RFC 8693 section 2.2.1): one access token for the requested audiences.</summary>
    public Answer Exchanged(TokenContext context, JsonObject? confirmation, IReadOnlyCollection<string> audiences, string issuedType)
    {
        var claims = realm.Tokens.AccessToken(context, "te", context.Client.Lightweight, confirmation);
        if (audiences.Count > 0)
        {
            Narrow(claims, audiences);
        }

        var body = Start(SignAccessToken(context.Client, claims), claims);
        body["token_type"] = claims["typ"]!.DeepClone();
        var answer = Finish(body, context, confirmation is not null);
        body["issued_token_type"] = issuedType;
        return answer with { Body = CompactJws.Write(body) };
    }

    private string SignAccessToken(Client client, JsonObject claims) =>
        CompactJws.Sign(claims, realm.Keys.Active(client.AccessTokenAlgorithm(realm.Export)), client.Rfc9068Header ? "at+jwt" : "JWT");

    private static JsonObject Start(string accessToken, JsonObject claims) => new()
    {
        ["access_token"] = accessToken,
        ["expires_in"] = Lifetime(claims),
        ["refresh_expires_in"] = 0,
    };

    private Answer Finish(JsonObject body, TokenContext context, bool isBound)
    {
        body["not-before-policy"] = realm.Sessions.NotBefore;
        if (context.Session.Kind != SessionKind.Transient)
        {
            body["session_state"] = context.Session.Id;
        }

        body["scope"] = context.Scope;
        return Endpoints.Answer.Json(200, body, isBound ? [Endpoints.Answer.NoStore[0]] : Endpoints.Answer.NoStore);
    }

    private static void Narrow(JsonObject claims, IReadOnlyCollection<string> audiences)
    {
        claims.Remove("aud");
        foreach (var audience in audiences)
        {
            Mappers.ClaimWriter.AddAudience(claims, audience);
        }

        foreach (var client in (claims["resource_access"] as JsonObject)?.Select(client => client.Key).Except(audiences).ToList() ?? [])
        {
            claims["resource_access"]!.AsObject().Remove(client);
        }
    }

    private static long Lifetime(JsonObject claims) =>
        claims["exp"] is { } expires ? expires.GetValue<long>() - claims["iat"]!.GetValue<long>() : 0;
}
