namespace Keycloak.ApiProtection.Testing.Export;

/// <summary>A user of the realm; a service account is one, too.</summary>
internal sealed record User(string Id, string Username)
{
    public string? FirstName { get; init; }

    public string? LastName { get; init; }

    public string? Email { get; init; }

    public bool EmailVerified { get; init; }

    public bool Enabled { get; init; } = true;

    public PasswordCredential? Password { get; init; }

    /// <summary>The client whose service account this is, or null for a person.</summary>
    public string? ServiceAccountOf { get; init; }

    public long NotBefore { get; init; }

    public IReadOnlyList<RoleName> Roles { get; init; } = [];

    /// <summary>Paths of the groups, like <c>/staff/night</c>.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    public IReadOnlyDictionary<string, IReadOnlyList<string>> Attributes { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    public string? FullName => (FirstName, LastName) switch
    {
        (null or "", null or "") => null,
        (null or "", var last) => last,
        (var first, null or "") => first,
        var (first, last) => $"{first} {last}",
    };
}
