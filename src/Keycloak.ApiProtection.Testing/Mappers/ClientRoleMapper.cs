using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Mappers;

/// <summary>
/// "User Client Role": writes the roles of one client, or of every client, to <c>resource_access.${client_id}.roles</c> or to
/// the mapper's claim name.
/// </summary>
internal sealed class ClientRoleMapper : IClaimMapper
{
    public string Type => "oidc-usermodel-client-role-mapper";

    public int Priority => 40;

    public void Map(ProtocolMapper mapper, TokenContext context, JsonObject claims)
    {
        var only = mapper["usermodel.clientRoleMapping.clientId"];
        var prefix = mapper["usermodel.clientRoleMapping.rolePrefix"];
        foreach (var client in context.Roles.Where(role => role.Client is not null).GroupBy(role => role.Client))
        {
            if (string.IsNullOrEmpty(only) || only == client.Key)
            {
                ClaimWriter.Write(mapper, claims, [.. client.Select(role => prefix + role.Name)], client.Key);
            }
        }
    }
}
