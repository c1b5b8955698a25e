using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Mappers;

/// <summary>"User's full name": writes the first and last name to <c>name</c>.</summary>
internal sealed class FullNameMapper : IClaimMapper
{
    public string Type => "oidc-full-name-mapper";

    public void Map(ProtocolMapper mapper, TokenContext context, JsonObject claims)
    {
        if (context.User.FullName is { } name)
        {
            claims["name"] = name;
        }
    }
}
