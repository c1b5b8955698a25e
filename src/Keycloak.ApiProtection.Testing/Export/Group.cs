namespace Keycloak.ApiProtection.Testing.Export;

/// <summary>A group: its path, what its members hold, and its attributes.</summary>
internal sealed record Group(
    string Path, IReadOnlyList<RoleName> Roles, IReadOnlyDictionary<string, IReadOnlyList<string>> Attributes)
{
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>The path of the group around this one, or null at the top.</summary>
    public string? Parent => Path.LastIndexOf('/') is > 0 and var slash ? Path[..slash] : null;
}
