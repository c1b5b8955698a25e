using System.Text.Json.Nodes;
using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Tokens;

namespace Keycloak.ApiProtection.Testing.Mappers;

/// <summary>
/// "Organization Membership": aliases, or an object with the ids and attributes of the organizations if the mapper is set to add them.
/// </summary>
internal sealed class OrganizationMembershipMapper : IClaimMapper
{
    public string Type => "oidc-organization-membership-mapper";

    public void Map(ProtocolMapper mapper, TokenContext context, JsonObject claims)
    {
        var organizations = context.Realm.Organizations
            .Where(organization => organization.Enabled && organization.Members.Contains(context.User.Username))
            .Where(organization => IsAskedFor(organization, context))
            .ToList();
        if (organizations.Count == 0)
        {
            return;
        }

        var name = mapper["claim.name"] is { Length: > 0 } given ? given : "organization";
        var withId = mapper.IsTrue("addOrganizationId");
        var withAttributes = mapper.IsTrue("addOrganizationAttributes");
        JsonNode value = (withId || withAttributes || mapper["jsonType.label"] == "JSON", mapper["multivalued"] is not "false") switch
        {
            (true, _) => Describe(organizations, withId, withAttributes),
            (_, true) => new JsonArray([.. organizations.Select(organization => (JsonNode)organization.Alias)]),
            _ => organizations[0].Alias,
        };
        ClaimWriter.Set(claims, ClaimWriter.Path(name), value);
    }

    /// <summary>
    /// <c>organization:acme</c> requests one organization; <c>organization</c> and <c>organization:*</c> request all
    /// of the user's organizations.
    /// </summary>
    private static bool IsAskedFor(Organization organization, TokenContext context) => context.Scopes
        .Any(scope => scope.Name is "organization" or "organization:*" || scope.Name == "organization:" + organization.Alias);

    private static JsonObject Describe(IEnumerable<Organization> organizations, bool withId, bool withAttributes)
    {
        var described = new JsonObject();
        foreach (var organization in organizations)
        {
            var members = new JsonObject();
            if (withId)
            {
                members["id"] = organization.Id;
            }

            foreach (var (name, values) in withAttributes ? organization.Attributes : new Dictionary<string, IReadOnlyList<string>>())
            {
                members[name] = new JsonArray([.. values.Select(value => (JsonNode)value)]);
            }

            described[organization.Alias] = members;
        }

        return described;
    }
}
