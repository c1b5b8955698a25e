using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Mappers;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>Token introspection (RFC 7662) with the rules of Keycloak 26.7.</summary>
internal sealed class IntrospectionEndpoint(Realm realm, ClientAuthentication clients) : IRealmEndpoint
{
    /// <summary>
    /// The claims that the response copies from the token. All other claims are computed from the current roles and attributes.
    /// </summary>
    private static readonly string[] KeptClaims =
        [
            "exp", "iat", "nbf", "auth_time", "jti", "iss", "aud", "sub", "typ", "azp", "nonce", "sid", "acr", "authorization", "cnf",
            "scope", "act",
        ];

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
            return rejection == ClientAuthentication.WrongSecret
                ? Answer.Error(401, "invalid_client", "Client authentication failed.")
                : rejection!;
        }

        if (client.Public)
        {
            return Answer.Error(403, "invalid_request", "Client not allowed.");
        }

        if (request.Parameter("token") is not { } token)
        {
            return Answer.Error(400, "invalid_request", "Token not provided.");
        }

        var hint = request.Parameter("token_type_hint") ?? "access_token";
        return hint is "access_token" or "refresh_token" or "requesting_party_token"
            ? Answer.Json(200, Introspect(client, token, hint, request.Issuer) ?? new JsonObject { ["active"] = false }, Answer.NoCache)
            : Answer.Error(400, "invalid_request", "Unsupported token type.");
    }

    private JsonObject? Introspect(Client asking, string text, string hint, string issuer)
    {
        if (KnownToken.Find(realm, text, issuer) is not { } known || known.Token.IsRefreshToken != (hint == "refresh_token"))
        {
            return null;
        }

        var answer = Recompute(known, issuer);
        return MayKnow(asking, known, answer) ? answer : null;
    }

    private JsonObject Recompute(KnownToken known, string issuer)
    {
        var claims = new JsonObject();
        foreach (var name in KeptClaims)
        {
            if (known.Token.Claims[name] is { } value)
            {
                claims[name] = value.DeepClone();
            }
        }

        if (!realm.Export.SubjectComesFromMapper)
        {
            claims["sub"] = known.User.Id;
        }

        realm.Mappers.Apply(known.ToContext(realm, issuer), ClaimDestination.Introspection, claims);
        var answer = CompactJws.InOrder(claims);
        answer["client_id"] = known.Client.Id;
        answer["username"] = known.User.Username;
        answer["token_type"] = known.Token.Type;
        answer["active"] = true;
        return answer;
    }

    /// <summary>
    /// Since Keycloak 26.6.2, the calling client must be in the token's audience. For a lightweight token, the audience in the response
    /// counts. A refresh token can be introspected only by its own client.
    /// </summary>
    private static bool MayKnow(Client asking, KnownToken known, JsonObject answer)
    {
        if (known.Token.IsRefreshToken)
        {
            return known.Client.Id == asking.Id;
        }

        return known.Token.IsLightweight ? new ReceivedToken(answer).HasAudience(asking.Id) : known.Token.HasAudience(asking.Id);
    }
}
