using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Mappers;

/// <summary>"User Property": one of the fixed properties, for example <c>emailVerified</c>.</summary>
internal sealed class UserPropertyMapper : IClaimMapper
{
    public string Type => "oidc-usermodel-property-mapper";

    public void Map(ProtocolMapper mapper, TokenContext context, JsonObject claims) =>
        ClaimWriter.Write(mapper, claims, UserProperty.Of(context.User, mapper["user.attribute"] ?? "") is { } value ? [value] : []);
}
