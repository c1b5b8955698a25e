namespace Keycloak.ApiProtection.Testing.Export;

/// <summary>An organization and its members.</summary>
internal sealed record Organization(
    string Id, string Alias, bool Enabled, IReadOnlySet<string> Members, IReadOnlyDictionary<string, IReadOnlyList<string>> Attributes);
