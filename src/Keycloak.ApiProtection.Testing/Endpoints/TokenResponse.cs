using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Keys;
using Keycloak.ApiProtection.Testing.Sessions;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>The successful answer of the token endpoint (RFC 6749 section 5.1), in Keycloak's order.</summary>
internal sealed class TokenResponse(Realm realm)
{
    /// <param name="context">For whom, through whom.</param>
    /// <param name="grant">The grant's two letters in the <c>jti</c>.</param>
    /// <param name="withRefreshToken">Whether a refresh token comes along.</param>
    public Answer Answer(TokenContext context, string grant, bool withRefreshToken)
    {
        var client = context.Client;
        var algorithm = client.AccessTokenAlgorithm(realm.Export);
        if (!RealmKeys.CanSign(algorithm))
        {
            return TokenEndpoint.Refuse(
                "unsupported_signature_algorithm",
                $"The embedded realm cannot sign with {algorithm}: .NET does not have it. Set the client attribute \"access.token.signed.response.alg\" of '{client.Id}' to RS256, PS256 or ES256, or ask a real Keycloak.",
                501);
        }

        if (client.DPoPRequired)
        {
            return Endpoints.Answer.Error(400, "invalid_request", "DPoP proof is missing", new KeyValuePair<string, string>("Cache-Control", "no-store"));
        }

        if (client.CertificateRequired)
        {
            return TokenEndpoint.Refuse("invalid_request", "Client Certification missing for MTLS HoK Token Binding");
        }

        return Endpoints.Answer.Json(200, Tokens(context, grant, withRefreshToken, algorithm), Endpoints.Answer.NoStore);
    }

    private JsonObject Tokens(TokenContext context, string grant, bool withRefreshToken, string algorithm)
    {
        var client = context.Client;
        var claims = realm.Tokens.AccessToken(context, grant, client.Lightweight);
        var accessToken = CompactJws.Sign(claims, realm.Keys.Active(algorithm), client.Rfc9068Header ? "at+jwt" : "JWT");
        var body = new JsonObject
        {
            ["access_token"] = accessToken,
            ["expires_in"] = Lifetime(claims),
            ["refresh_expires_in"] = 0,
        };
        if (withRefreshToken)
        {
            var refreshToken = realm.Tokens.RefreshToken(context, claims);
            body["refresh_expires_in"] = Lifetime(refreshToken);
            body["refresh_token"] = CompactJws.Sign(refreshToken, realm.Keys.Internal);
        }

        body["token_type"] = client.LowercaseBearer ? "bearer" : "Bearer";
        if (context.OpenId && context.Session.Kind != SessionKind.Transient)
        {
            body["id_token"] = CompactJws.Sign(realm.Tokens.IdToken(context, accessToken), realm.Keys.Active(client.IdTokenAlgorithm(realm.Export)));
        }

        body["not-before-policy"] = realm.Sessions.NotBefore;
        if (context.Session.Kind != SessionKind.Transient)
        {
            body["session_state"] = context.Session.Id;
        }

        body["scope"] = context.Scope;
        return body;
    }

    private static long Lifetime(JsonObject claims) =>
        claims["exp"] is { } expires ? expires.GetValue<long>() - claims["iat"]!.GetValue<long>() : 0;
}
