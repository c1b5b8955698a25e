using System.Text.Json.Nodes;

namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>The discovery document (OpenID Connect Discovery section 4), as Keycloak 26.7.3 writes it.</summary>
internal sealed class DiscoveryEndpoint(Realm realm) : IRealmEndpoint
{
    private static readonly IReadOnlyList<KeyValuePair<string, string>> Headers =
        [new("Cache-Control", "no-cache, must-revalidate, no-transform, no-store")];

    private readonly string _template = EmbeddedText.Read("discovery.json");

    public Task<Answer> AnswerAsync(EndpointRequest request) =>
        Task.FromResult(request.IsGet ? Answer.Json(200, Document(request.Issuer), Headers) : Answer.NotFound);

    private JsonObject Document(string issuer)
    {
        var document = JsonNode.Parse(_template.Replace("{issuer}", issuer, StringComparison.Ordinal))!.AsObject();
        document["acr_values_supported"] = Names([.. realm.Export.AcrLevels.Select(level => level.Key), "0", "1"]);
        document["scopes_supported"] = Names(["openid", .. realm.Export.Scopes.Keys]);
        return document;
    }

    private static JsonArray Names(IEnumerable<string> names) => new([.. names.Select(name => (JsonNode)name)]);
}
