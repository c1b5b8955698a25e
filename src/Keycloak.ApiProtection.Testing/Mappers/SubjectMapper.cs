using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Mappers;

/// <summary>
/// "Subject (sub)" of the client scope <c>basic</c>. Since Keycloak 25, an access token without this mapper has no <c>sub</c>. ID
/// tokens always have one.
/// </summary>
internal sealed class SubjectMapper : IClaimMapper
{
    public string Type => "oidc-sub-mapper";

    public bool WritesTo(ClaimDestination destination) => destination is not ClaimDestination.IdToken;

    public void Map(ProtocolMapper mapper, TokenContext context, JsonObject claims) => claims["sub"] = context.User.Id;
}
