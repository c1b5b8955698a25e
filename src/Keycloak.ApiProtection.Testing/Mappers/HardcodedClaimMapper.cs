using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Mappers;

/// <summary>"Hardcoded claim": the same value for every user.</summary>
internal sealed class HardcodedClaimMapper : IClaimMapper
{
    public string Type => "oidc-hardcoded-claim-mapper";

    public void Map(ProtocolMapper mapper, TokenContext context, JsonObject claims) =>
        ClaimWriter.Write(mapper, claims, mapper["claim.value"] is { } value ? [value] : []);
}
