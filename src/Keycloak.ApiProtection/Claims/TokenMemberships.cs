using System.Text.Json;

namespace Keycloak.ApiProtection.Claims;

/// <summary>What a token's holder belongs to: groups and organizations.</summary>
internal sealed class TokenMemberships
{
    private TokenMemberships(ReadOnlySpan<byte> payload)
    {
        List<string>? groups = null;
        var organizations = new List<KeycloakOrganization>();

        var reader = new Utf8JsonReader(payload);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("groups"u8))
            {
                reader.Read();
                ClaimJson.Texts(ref reader, ref groups);
            }
            else if (reader.ValueTextEquals("organization"u8))
            {
                reader.Read();
                OrganizationJson.Read(ref reader, organizations);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        Groups = NameSet.Of(groups);
        Organizations = organizations.AsReadOnly();
        OrganizationNames = NameSet.Of(organizations.ConvertAll(organization => organization.Name));
    }

    public NameSet Groups { get; }

    public IReadOnlyList<KeycloakOrganization> Organizations { get; }

    public NameSet OrganizationNames { get; }

    public static TokenMemberships Read(ReadOnlySpan<byte> payload) => new(payload);
}
