using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Mappers;

/// <summary>"Audience": adds a client, or any other name, to <c>aud</c>.</summary>
internal sealed class AudienceMapper : IClaimMapper
{
    public string Type => "oidc-audience-mapper";

    public bool WritesTo(ClaimDestination destination) => destination is not ClaimDestination.UserInfo;

    public void Map(ProtocolMapper mapper, TokenContext context, JsonObject claims)
    {
        var audience = mapper["included.client.audience"] is { Length: > 0 } client ? client : mapper["included.custom.audience"];
        if (!string.IsNullOrEmpty(audience))
        {
            ClaimWriter.AddAudience(claims, audience);
        }
    }
}
