namespace Keycloak.ApiProtection.Testing.Export;

/// <summary>A user of the realm. Service accounts are users as well.</summary>
internal sealed record User(string Id, string Username)
{
    public string? FirstName { get; init; }

    public string? LastName { get; init; }

    public string? Email { get; init; }

    public bool EmailVerified { get; init; }

    public bool Enabled { get; init; } = true;

    public PasswordCredential? Password { get; init; }

    /// <summary>The client that this service account belongs to; null for a person.</summary>
    public string? ServiceAccountOf { get; init; }

    public long NotBefore { get; init; }

    public IReadOnlyList<RoleName> Roles { get; init; } = [];

    /// <summary>Paths of the groups, for example <c>/staff/night</c>.</summary>
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
