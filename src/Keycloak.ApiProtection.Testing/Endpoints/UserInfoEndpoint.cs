using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Mappers;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>Userinfo (OpenID Connect Core section 5.3).</summary>
internal sealed class UserInfoEndpoint(Realm realm) : IRealmEndpoint
{
    private const string VerificationFailed = "Token verification failed";

    public Task<Answer> AnswerAsync(EndpointRequest request) => Task.FromResult(Respond(request));

    private Answer Respond(EndpointRequest request)
    {
        if (!request.IsGet && !request.IsPost)
        {
            return Answer.MethodNotAllowed;
        }

        if (TokenOf(request) is not { } text)
        {
            return Reject(401, null, null);
        }

        if (ReceivedToken.Verify(text, realm.Keys) is not { IsAccessToken: true } token
            || token.Issuer != request.Issuer
            || !token.IsActiveAt(realm.Time.GetUtcNow())
            || token.Claims["cnf"]?["jkt"] is not null)
        {
            return Reject(401, "invalid_token", VerificationFailed);
        }

        if (token.IsLightweight)
        {
            return Reject(401, "invalid_token", "Lightweight access token not allowed for userinfo endpoint");
        }

        if (KnownToken.Find(realm, text, request.Issuer) is not { } known)
        {
            return Reject(401, "invalid_token", "user_session_not_found");
        }

        if (!token.Scopes.Contains("openid"))
        {
            return Reject(403, "insufficient_scope", "Missing openid scope");
        }

        var claims = new JsonObject { ["sub"] = known.User.Id };
        realm.Mappers.Apply(known.ToContext(realm, request.Issuer), ClaimDestination.UserInfo, claims);
        return Answer.Json(200, claims, new KeyValuePair<string, string>("Cache-Control", "no-cache"), new("Pragma", "no-cache"));
    }

    private static string? TokenOf(EndpointRequest request)
    {
        const string Scheme = "Bearer ";
        var authorization = request.Headers.Authorization.ToString();
        return authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? authorization[Scheme.Length..].Trim()
            : request.Parameter("access_token");
    }

    private Answer Reject(int status, string? error, string? description)
    {
        var challenge = $"Bearer realm=\"{realm.Export.Name}\""
            + (error is null ? "" : $", error=\"{error}\", error_description=\"{description}\"");
        return Answer.Text(status, "text/plain;charset=utf-8", "", [.. Answer.NoStore, new("WWW-Authenticate", challenge)]);
    }
}
