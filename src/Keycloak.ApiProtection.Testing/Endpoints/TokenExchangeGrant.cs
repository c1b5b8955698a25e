using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Sessions;
using Keycloak.ApiProtection.Testing.Tokens;
using Microsoft.Extensions.Primitives;

namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>
/// Standard token exchange (RFC 8693, in Keycloak since 26.2): issues an access token to another client, limited to an audience.
/// </summary>
internal sealed class TokenExchangeGrant(Realm realm, TokenResponse response)
{
    private const string AccessTokenType = "urn:ietf:params:oauth:token-type:access_token";

    public Answer Answer(EndpointRequest request, Client client, JsonObject? confirmation)
    {
        if (client.Public || !client.IsOn("standard.token.exchange.enabled"))
        {
            return Reject("Standard token exchange is not enabled for the requested client");
        }

        if (request.Parameter("subject_token") is not { } text)
        {
            return Reject("Parameter 'subject_token' required for standard token exchange");
        }

        if (request.Parameter("subject_token_type") is not { } type)
        {
            return Reject("Parameter 'subject_token_type' required for standard token exchange");
        }

        if (type != AccessTokenType)
        {
            return Reject("Parameter 'subject_token' supports access tokens only");
        }

        if (request.Parameter("requested_token_type") is { } wanted && wanted != AccessTokenType)
        {
            return Reject("requested_token_type unsupported");
        }

        if (KnownToken.Find(realm, text, request.Issuer) is not { Token.IsAccessToken: true } subject
            || subject.Token.Claims.ContainsKey("cnf"))
        {
            return Reject("Invalid token");
        }

        return subject.Client.Id == client.Id || subject.Token.HasAudience(client.Id)
            ? Exchange(request, client, subject, confirmation)
            : TokenEndpoint.Reject("access_denied", "Client is not within the token audience", 403);
    }

    private Answer Exchange(EndpointRequest request, Client client, KnownToken subject, JsonObject? confirmation)
    {
        var audiences = request.Form["audience"];
        if (audiences.Any(audience => !realm.Export.Clients.ContainsKey(audience ?? "")))
        {
            return TokenEndpoint.Reject("invalid_client", "Audience not found");
        }

        var requested = request.Parameter("scope");
        var names = requested?.Split(' ') ?? subject.Token.Scopes.Where(name => name == "openid" || client.OptionalScopes.Contains(name));
        var scope = ScopeRequest.Resolve(realm.Export, client, subject.User, [.. names]);
        if (scope.Unknown.Count > 0)
        {
            return TokenEndpoint.Reject("invalid_scope", $"Invalid scopes: {requested}");
        }

        var context = new TokenContext(realm.Export, client, subject.User, scope.Scopes, scope.OpenId, subject.Session, request.Issuer);
        if (Missing(context, audiences) is { } missing)
        {
            return Reject($"Requested audience not available: {missing}");
        }

        if (!subject.Session.Clients.ContainsKey(client.Id))
        {
            realm.Sessions.Join(
                subject.Session.Id,
                subject.Session.Kind,
                new ClientSession(client.Id, context.FullScope.Split(' '), realm.Time.GetUtcNow()));
        }

        return response.Exchanged(context, confirmation, [.. audiences.OfType<string>()], AccessTokenType);
    }

    private string? Missing(TokenContext context, StringValues audiences)
    {
        var available = new ReceivedToken(realm.Tokens.AccessToken(context, "te", lightweight: false));
        return audiences.FirstOrDefault(audience => !available.HasAudience(audience ?? ""));
    }

    private static Answer Reject(string description) => TokenEndpoint.Reject("invalid_request", description);
}
