using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Mappers;

/// <summary>"Group Membership": the paths or names of the user's groups.</summary>
internal sealed class GroupMembershipMapper : IClaimMapper
{
    public string Type => "oidc-group-membership-mapper";

    public void Map(ProtocolMapper mapper, TokenContext context, JsonObject claims)
    {
        if (mapper["claim.name"] is { Length: > 0 } name)
        {
            var fullPath = mapper["full.path"] is not "false";
            var groups = context.User.Groups.Select(path => (JsonNode)(fullPath ? path : path[(path.LastIndexOf('/') + 1)..]));
            ClaimWriter.Set(claims, ClaimWriter.Path(name), new JsonArray([.. groups]));
        }
    }
}
