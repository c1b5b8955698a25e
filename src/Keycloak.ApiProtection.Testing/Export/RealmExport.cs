namespace Keycloak.ApiProtection.Testing.Export;

/// <summary>The content of a realm export that affects an API and its clients.</summary>
internal sealed record RealmExport(string Name)
{
    public string DefaultAlgorithm { get; init; } = "RS256";

    public long NotBefore { get; init; }

    public bool RevokeRefreshToken { get; init; }

    public TimeSpan AccessTokenLifespan { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan SessionIdle { get; init; } = TimeSpan.FromMinutes(30);

    public TimeSpan SessionMax { get; init; } = TimeSpan.FromHours(10);

    public TimeSpan OfflineIdle { get; init; } = TimeSpan.FromDays(30);

    /// <summary>The maximum lifetime of an offline session; null for no limit.</summary>
    public TimeSpan? OfflineMax { get; init; }

    public bool LoginWithEmail { get; init; } = true;

    public IReadOnlyDictionary<string, Client> Clients { get; init; } = new Dictionary<string, Client>();

    public IReadOnlyDictionary<string, ClientScope> Scopes { get; init; } = new Dictionary<string, ClientScope>();

    public IReadOnlyList<User> Users { get; init; } = [];

    public IReadOnlyDictionary<string, Group> Groups { get; init; } = new Dictionary<string, Group>();

    public IReadOnlyList<Organization> Organizations { get; init; } = [];

    /// <summary>Composite roles, and the roles that they contain.</summary>
    public IReadOnlyDictionary<RoleName, IReadOnlyList<RoleName>> Composites { get; init; } =
        new Dictionary<RoleName, IReadOnlyList<RoleName>>();

    /// <summary>Names of authentication levels: <c>acr.loa.map</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> AcrLevels { get; init; } = [];

    public IReadOnlyList<KeyProvider> KeyProviders { get; init; } = [];

    /// <summary>False for an export from before Keycloak 25: no mapper adds <c>sub</c>, and every token contains it.</summary>
    public bool SubjectComesFromMapper { get; init; } = true;

    /// <summary>Returns roles together with all roles they contain, without duplicates, in a stable order.</summary>
    public IReadOnlyList<RoleName> Expand(IEnumerable<RoleName> roles)
    {
        var found = new HashSet<RoleName>();
        var ordered = new List<RoleName>();
        var pending = new Queue<RoleName>(roles);
        while (pending.TryDequeue(out var role))
        {
            if (!found.Add(role))
            {
                continue;
            }

            ordered.Add(role);
            foreach (var inner in Composites.GetValueOrDefault(role) ?? [])
            {
                pending.Enqueue(inner);
            }
        }

        return ordered;
    }

    /// <summary>
    /// Returns all roles of a user: the user's own roles, those of the user's groups and their parent groups, and all roles these contain.
    /// </summary>
    public IReadOnlyList<RoleName> RolesOf(User user) => Expand(user.Roles.Concat(GroupsOf(user).SelectMany(group => group.Roles)));

    /// <summary>Returns a user's groups and their parent groups.</summary>
    public IEnumerable<Group> GroupsOf(User user)
    {
        foreach (var path in user.Groups)
        {
            var group = Groups.GetValueOrDefault(path);
            while (group is not null)
            {
                yield return group;
                group = Groups.GetValueOrDefault(group.Parent ?? "");
            }
        }
    }
}
