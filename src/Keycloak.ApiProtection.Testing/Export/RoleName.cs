namespace Keycloak.ApiProtection.Testing.Export;

/// <summary>The full name of a role of the realm or of one client.</summary>
/// <param name="Client">The client's id, or null for a realm role.</param>
/// <param name="Name">The role's name, as in the export.</param>
internal readonly record struct RoleName(string? Client, string Name);
