using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Mappers;

/// <summary>"User Realm Role": writes the realm roles to <c>realm_access.roles</c> or to the mapper's claim name.</summary>
internal sealed class RealmRoleMapper : IClaimMapper
{
    public string Type => "oidc-usermodel-realm-role-mapper";

    public int Priority => 40;

    public void Map(ProtocolMapper mapper, TokenContext context, JsonObject claims)
    {
        var prefix = mapper["usermodel.realmRoleMapping.rolePrefix"];
        ClaimWriter.Write(mapper, claims, [.. context.Roles.Where(role => role.Client is null).Select(role => prefix + role.Name)]);
    }
}
