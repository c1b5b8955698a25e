namespace Keycloak.ApiProtection;

/// <summary>An organization that the user is a member of, with the details that the token contains.</summary>
/// <remarks>Keycloak's "Organization Membership" mapper; the client scope <c>organization</c>.</remarks>
public sealed class KeycloakOrganization
{
    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> NoAttributes =
        new Dictionary<string, IReadOnlyList<string>>().AsReadOnly();

    internal KeycloakOrganization(string name, string? id = null, IReadOnlyDictionary<string, IReadOnlyList<string>>? attributes = null)
    {
        Name = name;
        Id = id;
        Attributes = attributes ?? NoAttributes;
    }

    /// <summary>The organization's alias. The policy <c>organization:acme</c> compares it case-sensitively.</summary>
    public string Name { get; }

    /// <summary>The organization's id, or <see langword="null"/> if "Add organization id" of the mapper is off.</summary>
    public string? Id { get; }

    /// <summary>The organization's attributes; empty if "Add organization attributes" of the mapper is off.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Attributes { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
