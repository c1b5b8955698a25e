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

    /// <summary>The scopes of these names, as they were granted before.</summary>
    public static IReadOnlyList<ClientScope> Named(RealmExport realm, IEnumerable<string> names) =>
        [.. names.Distinct(StringComparer.Ordinal).Select(name => Find(realm, name)).OfType<ClientScope>()];

    private static ClientScope? Optional(RealmExport realm, Client client, string name) =>
        client.OptionalScopes.Contains(PlainName(name)) ? Find(realm, name) : null;

    private static ClientScope? Find(RealmExport realm, string name) =>
        realm.Scopes.GetValueOrDefault(PlainName(name)) is { } scope ? scope with { Name = name } : null;

    /// <summary><c>organization:acme</c> is the scope <c>organization</c> with a parameter.</summary>
    private static string PlainName(string name) =>
        name.StartsWith(ClientScope.Organization + ":", StringComparison.Ordinal) ? ClientScope.Organization : name;
}
