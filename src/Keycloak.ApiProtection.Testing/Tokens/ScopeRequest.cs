using Keycloak.ApiProtection.Testing.Export;

namespace Keycloak.ApiProtection.Testing.Tokens;

/// <summary>What a <c>scope</c> parameter comes to: the client's default scopes, and the optional ones that were asked for.</summary>
/// <param name="Scopes">The granted scopes.</param>
/// <param name="OpenId">Whether <c>openid</c> was asked for: an ID token comes along.</param>
/// <param name="Unknown">Names that the client does not have; Keycloak refuses the request then.</param>
internal sealed record ScopeRequest(IReadOnlyList<ClientScope> Scopes, bool OpenId, IReadOnlyList<string> Unknown)
{
    private const string OpenIdScope = "openid";

    /// <param name="realm">The realm.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="user">For whom: a scope with role mappings is only for those who have one of the roles.</param>
    /// <param name="requested">The names asked for.</param>
    public static ScopeRequest Resolve(RealmExport realm, Client client, User user, IReadOnlyCollection<string> requested)
    {
        var granted = client.DefaultScopes.Select(realm.Scopes.GetValueOrDefault).OfType<ClientScope>().ToList();
        var unknown = new List<string>();
        foreach (var name in requested.Where(name => name != OpenIdScope).Distinct(StringComparer.Ordinal))
        {
            if (client.DefaultScopes.Contains(name))
            {
                continue;
            }

            if (Optional(realm, client, name) is { } scope)
            {
                granted.Add(scope);
            }
            else
            {
                unknown.Add(name);
            }
        }

        var roles = realm.RolesOf(user);
        var permitted = granted.Where(scope => scope.ScopeMappings.Count == 0 || realm.Expand(scope.ScopeMappings).Any(roles.Contains));
        return new ScopeRequest([.. permitted], requested.Contains(OpenIdScope), unknown);
    }

    private static ClientScope? Optional(RealmExport realm, Client client, string name)
    {
        var isOneOrganization = name.StartsWith(ClientScope.Organization + ":", StringComparison.Ordinal);
        var scopeName = isOneOrganization ? ClientScope.Organization : name;
        return client.OptionalScopes.Contains(scopeName) && realm.Scopes.GetValueOrDefault(scopeName) is { } scope
            ? scope with { Name = name }
            : null;
    }
}
