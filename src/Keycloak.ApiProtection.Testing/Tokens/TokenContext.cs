using Keycloak.ApiProtection.Testing.Export;
using Keycloak.ApiProtection.Testing.Sessions;

namespace Keycloak.ApiProtection.Testing.Tokens;

/// <summary>The user that a token is issued for, and the client, scopes and session.</summary>
internal sealed record TokenContext(
    RealmExport Realm, Client Client, User User, IReadOnlyList<ClientScope> Scopes, bool OpenId, UserSession Session, string Issuer)
{
    private IReadOnlyList<RoleName>? _roles;

    /// <summary>
    /// The user's roles that the client may see: all roles, or those that its scopes allow if "full scope allowed" is off.
    /// </summary>
    public IReadOnlyList<RoleName> Roles => _roles ??= FindRoles();

    /// <summary>The mappers that apply: the client's own mappers and those of the scopes.</summary>
    public IEnumerable<ProtocolMapper> Mappers => Client.Mappers.Concat(Scopes.SelectMany(scope => scope.Mappers));

    /// <summary>The claim <c>scope</c>.</summary>
    public string Scope => string.Join(' ', ScopeNames(Scopes.Where(scope => scope.InTokenScope)));

    /// <summary>The scope of a refresh token, which includes scopes that the claim <c>scope</c> of an access token leaves out.</summary>
    public string FullScope => string.Join(' ', ScopeNames(Scopes));

    public bool IsOffline => Scopes.Any(scope => scope.Name == ClientScope.OfflineAccess);

    private IEnumerable<string> ScopeNames(IEnumerable<ClientScope> scopes) =>
        OpenId ? scopes.Select(scope => scope.Name).Prepend("openid") : scopes.Select(scope => scope.Name);

    private IReadOnlyList<RoleName> FindRoles()
    {
        var roles = Realm.RolesOf(User);
        if (Client.FullScopeAllowed)
        {
            return roles;
        }

        var allowed = Realm.Expand(Client.ScopeMappings.Concat(Scopes.SelectMany(scope => scope.ScopeMappings))).ToHashSet();
        return [.. roles.Where(role => role.Client == Client.Id || allowed.Contains(role))];
    }
}
