using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Mappers;

/// <summary>"User Address": <c>address</c> (OpenID Connect Core section 5.1.1) from the user's attributes.</summary>
internal sealed class AddressMapper : IClaimMapper
{
    private static readonly (string Member, string Setting)[] Parts =
    [
        ("formatted", "user.attribute.formatted"),
        ("street_address", "user.attribute.street"),
        ("locality", "user.attribute.locality"),
        ("region", "user.attribute.region"),
        ("postal_code", "user.attribute.postal_code"),
        ("country", "user.attribute.country"),
    ];

    public string Type => "oidc-address-mapper";

    public void Map(ProtocolMapper mapper, TokenContext context, JsonObject claims)
    {
        var address = new JsonObject();
        foreach (var (member, setting) in Parts)
        {
            if (context.User.Attributes.GetValueOrDefault(mapper[setting] ?? "") is [var value, ..])
            {
                address[member] = value;
            }
        }

        if (address.Count > 0)
        {
            claims["address"] = address;
        }
    }
}
