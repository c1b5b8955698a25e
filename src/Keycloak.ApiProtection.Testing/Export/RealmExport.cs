namespace Keycloak.ApiProtection.Testing.Export;

/// <summary>What a realm export says that an API and its clients can notice.</summary>
internal sealed record RealmExport(string Name)
{
    public string DefaultAlgorithm { get; init; } = "RS256";

    public long NotBefore { get; init; }

    public bool RevokeRefreshToken { get; init; }

    public TimeSpan AccessTokenLifespan { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan SessionIdle { get; init; } = TimeSpan.FromMinutes(30);

    public TimeSpan SessionMax { get; init; } = TimeSpan.FromHours(10);

    public TimeSpan OfflineIdle { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long an offline session lives at most; null means for ever.</summary>
    public TimeSpan? OfflineMax { get; init; }

    public bool LoginWithEmail { get; init; } = true;

    public IReadOnlyDictionary<string, Client> Clients { get; init; } = new Dictionary<string, Client>();

    public IReadOnlyDictionary<string, ClientScope> Scopes { get; init; } = new Dictionary<string, ClientScope>();

    public IReadOnlyList<User> Users { get; init; } = [];

    public IReadOnlyDictionary<string, Group> Groups { get; init; } = new Dictionary<string, Group>();

    public IReadOnlyList<Organization> Organizations { get; init; } = [];

    /// <summary>The roles that a role brings with it.</summary>
    public IReadOnlyDictionary<RoleName, IReadOnlyList<RoleName>> Composites { get; init; } = new Dictionary<RoleName, IReadOnlyList<RoleName>>();

    /// <summary>Names of authentication levels: <c>acr.loa.map</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> AcrLevels { get; init; } = [];

    public IReadOnlyList<KeyProvider> KeyProviders { get; init; } = [];

    /// <summary>
    /// False for an export from before Keycloak 25, where no mapper brings <c>sub</c>: it stands in every token there.
    /// </summary>
    public bool SubjectComesFromMapper { get; init; } = true;

    /// <summary>Roles with all that they bring, each once, in a stable order.</summary>
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

    /// <summary>All roles of a user: own ones, those of groups and of the groups around them, and what these bring.</summary>
    public IReadOnlyList<RoleName> RolesOf(User user) => Expand(user.Roles.Concat(GroupsOf(user).SelectMany(group => group.Roles)));

    /// <summary>A user's groups, and the groups around them.</summary>
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
