using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Mappers;

/// <summary>"Audience Resolve": adds every other client that the user has a role of, which includes <c>account</c>.</summary>
internal sealed class AudienceResolveMapper : IClaimMapper
{
    public string Type => "oidc-audience-resolve-mapper";

    public int Priority => 30;

    public bool WritesTo(ClaimDestination destination) => destination is not (ClaimDestination.UserInfo or ClaimDestination.IdToken);

    public void Map(ProtocolMapper mapper, TokenContext context, JsonObject claims)
    {
        foreach (var client in context.Roles.Select(role => role.Client).OfType<string>().Where(client => client != context.Client.Id))
        {
            ClaimWriter.AddAudience(claims, client);
        }
    }
}
