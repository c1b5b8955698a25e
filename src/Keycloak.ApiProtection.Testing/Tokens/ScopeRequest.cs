using Keycloak.ApiProtection.Testing.Export;

namespace Keycloak.ApiProtection.Testing.Tokens;

/// <summary>The result of a <c>scope</c> parameter: the client's default scopes and the requested optional scopes.</summary>
/// <param name="Scopes">The granted scopes.</param>
/// <param name="OpenId">Whether <c>openid</c> was requested. If so, the response contains an ID token.</param>
/// <param name="Unknown">Requested names that the client does not have. Keycloak rejects such a request.</param>
internal sealed record ScopeRequest(IReadOnlyList<ClientScope> Scopes, bool OpenId, IReadOnlyList<string> Unknown)
{
    private const string OpenIdScope = "openid";

    /// <param name="realm">The realm.</param>
    /// <param name="client">The client that sends the request.</param>
    /// <param name="user">The user. A scope with role mappings is granted only to users that have one of the roles.</param>
    /// <param name="requested">The requested names.</param>
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

    /// <summary>Finds scopes that were granted earlier by their names.</summary>
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
