using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Claims.Payload;

/// <summary>The groups and organizations of the token's user.</summary>
internal sealed class TokenMemberships
{
    private TokenMemberships(ReadOnlySpan<byte> payload)
    {
        List<string>? groups = null;
        var organizations = new List<KeycloakOrganization>();

        var members = new JsonMembers(payload);
        while (members.Read())
        {
            if (members.Name.Says(payload, "groups"u8))
            {
                var value = members.ReadValue();
                ClaimJson.Texts(ref value, ref groups);
            }
            else if (members.Name.Says(payload, "organization"u8))
            {
                var value = members.ReadValue();
                OrganizationJson.Read(ref value, organizations);
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
