using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>The discovery document (OpenID Connect Discovery section 4), as Keycloak 26.7.3 writes it.</summary>
internal sealed class DiscoveryEndpoint(Realm realm) : IRealmEndpoint
{
    private static readonly IReadOnlyList<KeyValuePair<string, string>> Headers = [new("Cache-Control", "no-cache, must-revalidate, no-transform, no-store")];

    private readonly string _template = EmbeddedText.Read("discovery.json");

    public Task<Answer> AnswerAsync(EndpointRequest request) =>
        Task.FromResult(request.IsGet ? Answer.Json(200, Document(request.Issuer), Headers) : Answer.NotFound);

    private JsonObject Document(string issuer)
    {
        var document = JsonNode.Parse(_template.Replace("{issuer}", issuer, StringComparison.Ordinal))!.AsObject();
        document["acr_values_supported"] = new JsonArray([.. realm.Export.AcrLevels.Select(level => level.Key).Append("0").Append("1").Select(name => (JsonNode)name)]);
        document["scopes_supported"] = new JsonArray([.. realm.Export.Scopes.Keys.Prepend("openid").Select(name => (JsonNode)name)]);
        return document;
    }
}
