using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Mappers;

/// <summary>One of Keycloak's protocol mapper types.</summary>
internal interface IClaimMapper
{
    /// <summary>The type's id in an export, for example <c>oidc-audience-mapper</c>.</summary>
    public string Type { get; }

    /// <summary>Mappers run in ascending order. Audiences are resolved from roles before roles are written.</summary>
    public int Priority => 0;

    /// <summary>False if this type never writes to the destination, regardless of the mapper's switches.</summary>
    public bool WritesTo(ClaimDestination destination) => true;

    public void Map(ProtocolMapper mapper, TokenContext context, JsonObject claims);
}
