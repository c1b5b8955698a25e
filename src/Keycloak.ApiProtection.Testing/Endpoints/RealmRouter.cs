namespace Keycloak.ApiProtection.Testing.Endpoints;

/// <summary>Finds the endpoint for a path.</summary>
internal sealed class RealmRouter
{
    private const string Realms = "/realms/";
    private const string Admin = "/admin";
    private static readonly string[] NotNormal = ["//", "/..", "/./"];

    private readonly string _realm;
    private readonly Dictionary<RealmEndpoint, IRealmEndpoint> _endpoints;

    public RealmRouter(Realm realm)
    {
        _realm = realm.Export.Name;
        var clients = new ClientAuthentication(realm);
        _endpoints = new()
        {
            [RealmEndpoint.Discovery] = new DiscoveryEndpoint(realm),
            [RealmEndpoint.Jwks] = new JwksEndpoint(realm),
            [RealmEndpoint.Token] = new TokenEndpoint(realm, clients),
            [RealmEndpoint.Introspection] = new IntrospectionEndpoint(realm, clients),
            [RealmEndpoint.Revocation] = new RevocationEndpoint(realm, clients),
            [RealmEndpoint.Logout] = new LogoutEndpoint(realm, clients),
            [RealmEndpoint.UserInfo] = new UserInfoEndpoint(realm),
            [RealmEndpoint.RealmInfo] = new RealmInfoEndpoint(realm),
            [RealmEndpoint.StoredEvents] = new StoredEventsEndpoint(realm),
        };
    }

    /// <returns>The endpoint's name, and either the endpoint or a response.</returns>
    public (RealmEndpoint Name, IRealmEndpoint? Endpoint, Answer? Answer) Route(string path)
    {
        if (NotNormal.Any(part => path.Contains(part, StringComparison.Ordinal)))
        {
            return (RealmEndpoint.Other, null, Answer.NotNormalized);
        }

        var isAdmin = path.StartsWith(Admin + Realms, StringComparison.Ordinal);
        path = isAdmin ? path[Admin.Length..] : path;
        if (!path.StartsWith(Realms, StringComparison.Ordinal))
        {
            return (RealmEndpoint.Other, null, Answer.NoSuchResource);
        }

        var rest = path[Realms.Length..].TrimEnd('/');
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var realm = Uri.UnescapeDataString(slash < 0 ? rest : rest[..slash]);
        var resource = slash < 0 ? "" : rest[slash..];
        var name = isAdmin ? AdminName(resource) : Name(resource);
        if (realm != _realm)
        {
            return (name, null, Answer.NoSuchRealm);
        }

        return _endpoints.TryGetValue(name, out var endpoint) ? (name, endpoint, null) : (RealmEndpoint.Other, null, Answer.NotFound);
    }

    private static RealmEndpoint AdminName(string path) =>
        path is "/events" or "/admin-events" or "/events/config" ? RealmEndpoint.StoredEvents : RealmEndpoint.Other;

    private static RealmEndpoint Name(string path) => path switch
    {
        "/.well-known/openid-configuration" => RealmEndpoint.Discovery,
        "/protocol/openid-connect/certs" => RealmEndpoint.Jwks,
        "/protocol/openid-connect/token" => RealmEndpoint.Token,
        "/protocol/openid-connect/token/introspect" => RealmEndpoint.Introspection,
        "/protocol/openid-connect/revoke" => RealmEndpoint.Revocation,
        "/protocol/openid-connect/logout" => RealmEndpoint.Logout,
        "/protocol/openid-connect/userinfo" => RealmEndpoint.UserInfo,
        "" => RealmEndpoint.RealmInfo,
        _ => RealmEndpoint.Other,
    };
}
