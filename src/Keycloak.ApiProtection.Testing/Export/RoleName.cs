namespace Keycloak.ApiProtection.Testing.Export;

/// <summary>A role's full name: of the realm, or of one client.</summary>
/// <param name="Client">The client's id, or null for a realm role.</param>
/// <param name="Name">The role's name, as written in the export.</param>
internal readonly record struct RoleName(string? Client, string Name);
