using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>The token endpoint (RFC 6749 section 3.2), which finds the client and the grant.</summary>
internal sealed class TokenEndpoint : IRealmEndpoint
{
    /// <summary>Parameters that may occur more than once (RFC 8693 section 2.1).</summary>
    private static readonly string[] Repeatable = ["audience", "resource"];

    private readonly ClientAuthentication _clients;
    private readonly TokenBinding _binding;
    private readonly Dictionary<string, Func<EndpointRequest, Client, JsonObject?, Answer>> _grants;

    public TokenEndpoint(Realm realm, ClientAuthentication clients)
    {
        _clients = clients;
        _binding = new TokenBinding(realm);
        var response = new TokenResponse(realm);
        _grants = new(StringComparer.Ordinal)
        {
            ["password"] = new PasswordGrant(realm, response).Answer,
            ["client_credentials"] = new ClientCredentialsGrant(realm, response).Answer,
            ["refresh_token"] = new RefreshTokenGrant(realm, response).Answer,
            ["urn:ietf:params:oauth:grant-type:token-exchange"] = new TokenExchangeGrant(realm, response).Answer,
        };
    }

    public Task<Answer> AnswerAsync(EndpointRequest request) => Task.FromResult(Respond(request));

    public static Answer Reject(string error, string description, int status = StatusCodes.Status400BadRequest) =>
        Endpoints.Answer.Error(status, error, description, Endpoints.Answer.NoStore);

    private Answer Respond(EndpointRequest request)
    {
        if (!request.IsPost)
        {
            return Answer.MethodNotAllowed;
        }

        if (request.Form.Any(parameter => parameter.Value.Count > 1 && !Repeatable.Contains(parameter.Key)))
        {
            return Reject("invalid_request", "duplicated parameter");
        }

        if (request.Parameter("grant_type") is not { } grantType)
        {
            return Reject("invalid_request", "Missing form parameter: grant_type");
        }

        if (!_grants.TryGetValue(grantType, out var grant))
        {
            return Reject("unsupported_grant_type", "Unsupported grant_type");
        }

        var (client, rejection) = _clients.Authenticate(request);
        if (client is null)
        {
            return rejection! with { Headers = Answer.NoStore };
        }

        var (confirmation, unbound) = _binding.Find(request, client);
        return unbound ?? grant(request, client, confirmation);
    }
}
