using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Mappers;

/// <summary>"User Attribute": the user's own values; without any, those of the user's groups. With aggregation, both.</summary>
internal sealed class UserAttributeMapper : IClaimMapper
{
    public string Type => "oidc-usermodel-attribute-mapper";

    public void Map(ProtocolMapper mapper, TokenContext context, JsonObject claims)
    {
        var name = mapper["user.attribute"] ?? "";
        IReadOnlyList<string> own = UserProperty.Of(context.User, name) is { } property
            ? [property]
            : context.User.Attributes.GetValueOrDefault(name) ?? [];
        var ofGroups = context.Realm.GroupsOf(context.User).SelectMany(group => group.Attributes.GetValueOrDefault(name) ?? []);
        ClaimWriter.Write(mapper, claims, mapper.IsTrue("aggregate.attrs")
            ? [.. own.Concat(ofGroups).Distinct(StringComparer.Ordinal)]
            : own.Count > 0 ? [.. own] : [.. ofGroups]);
    }
}
