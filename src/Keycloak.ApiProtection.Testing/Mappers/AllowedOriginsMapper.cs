using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Mappers;

/// <summary>"Allowed Web Origins": <c>allowed-origins</c>. A <c>+</c> stands for the origins of the client's redirect URIs.</summary>
internal sealed class AllowedOriginsMapper : IClaimMapper
{
    public string Type => "oidc-allowed-origins-mapper";

    public bool WritesTo(ClaimDestination destination) => destination is not (ClaimDestination.IdToken or ClaimDestination.UserInfo);

    public void Map(ProtocolMapper mapper, TokenContext context, JsonObject claims)
    {
        var origins = context.Client.WebOrigins.SelectMany(origin => origin == "+" ? OriginsOfRedirects(context.Client) : [origin])
            .Distinct(StringComparer.Ordinal).Select(origin => (JsonNode)origin).ToArray();
        if (origins.Length > 0)
        {
            claims["allowed-origins"] = new JsonArray(origins);
        }
    }

    private static IEnumerable<string> OriginsOfRedirects(Client client) => client.RedirectUris
        .Select(uri => Uri.TryCreate(uri.TrimEnd('*'), UriKind.Absolute, out var parsed) ? parsed : null)
        .OfType<Uri>()
        .Where(uri => uri.Scheme is "http" or "https")
        .Select(uri => uri.GetLeftPart(UriPartial.Authority));
}
