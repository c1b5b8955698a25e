namespace Keycloak.ApiProtection.Testing.Export;

/// <summary>A group: its path, the roles of its members, and its attributes.</summary>
internal sealed record Group(
    string Path, IReadOnlyList<RoleName> Roles, IReadOnlyDictionary<string, IReadOnlyList<string>> Attributes)
{
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>The path of the parent group; null for a top-level group.</summary>
    public string? Parent => Path.LastIndexOf('/') is > 0 and var slash ? Path[..slash] : null;
}
