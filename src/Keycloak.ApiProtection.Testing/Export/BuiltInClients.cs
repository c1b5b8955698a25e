namespace Keycloak.ApiProtection.Testing.Export;

/// <summary>Clients and mappers that Keycloak adds to an imported realm that lacks them.</summary>
internal static class BuiltInClients
{
    private const string Account = "account";
    private const string RealmManagement = "realm-management";

    /// <summary>Before Keycloak 25, a client with a service account had these mappers itself.</summary>
    public static IEnumerable<ProtocolMapper> ServiceAccountMappers { get; } =
    [
        SessionNote("Client ID", "client_id"),
        SessionNote("Client Host", "clientHost"),
        SessionNote("Client IP Address", "clientAddress"),
    ];

    /// <summary>
    /// Adds the clients <c>account</c>, of which every user has roles through the default roles, and <c>realm-management</c>.
    /// </summary>
    public static void AddTo(
        Dictionary<string, Client> clients, Dictionary<RoleName, IReadOnlyList<RoleName>> composites, IEnumerable<User> users)
    {
        composites.TryAdd(new RoleName(Account, "manage-account"), [new RoleName(Account, "manage-account-links")]);
        composites.TryAdd(new RoleName(Account, "manage-consent"), [new RoleName(Account, "view-consent")]);
        var roles = composites.Values.SelectMany(inner => inner).Concat(users.SelectMany(user => user.Roles));
        foreach (var id in roles.Select(role => role.Client).OfType<string>().Append(Account).Append(RealmManagement))
        {
            clients.TryAdd(id, new Client(id) { Public = id == Account, FullScopeAllowed = false });
        }
    }

    private static ProtocolMapper SessionNote(string name, string note)
    {
        var settings = new Dictionary<string, string>
        {
            ["user.session.note"] = note,
            ["claim.name"] = note,
            ["access.token.claim"] = "true",
            ["id.token.claim"] = "true",
            ["introspection.token.claim"] = "true",
            ["jsonType.label"] = "String",
        };
        return new ProtocolMapper(name, "oidc-usersessionmodel-note-mapper", settings);
    }
}
