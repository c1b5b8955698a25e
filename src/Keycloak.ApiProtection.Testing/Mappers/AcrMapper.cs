using System.Globalization;
using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Mappers;

/// <summary>
/// "Authentication Context Class Reference (ACR)": the level of the session; without one, level 1, or its name if <c>acr.loa.map</c>
/// contains one.
/// </summary>
internal sealed class AcrMapper : IClaimMapper
{
    private const int Level = 1;

    public string Type => "oidc-acr-mapper";

    public bool WritesTo(ClaimDestination destination) => destination is not ClaimDestination.UserInfo;

    public void Map(ProtocolMapper mapper, TokenContext context, JsonObject claims)
    {
        var name = context.Realm.AcrLevels.Where(level => level.Value == Level).Select(level => level.Key).FirstOrDefault();
        claims["acr"] = context.Session.Level ?? name ?? Level.ToString(CultureInfo.InvariantCulture);
    }
}
