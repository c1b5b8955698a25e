using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Mappers;

/// <summary>One of Keycloak's protocol mapper types.</summary>
internal interface IClaimMapper
{
    /// <summary>The type's id in an export, like <c>oidc-audience-mapper</c>.</summary>
    public string Type { get; }

    /// <summary>Mappers run in this order: audiences are resolved from roles before roles are written.</summary>
    public int Priority => 0;

    /// <summary>False where this type never writes to that destination, whatever the mapper's switches say.</summary>
    public bool WritesTo(ClaimDestination destination) => true;

    public void Map(ProtocolMapper mapper, TokenContext context, JsonObject claims);
}
