namespace Keycloak.ApiProtection.PostgreSql;

/// <summary>A column that the package needs.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The type as <c>format_type</c> writes it.</param>
/// <param name="HasDefault">Whether the database must supply the value, because inserts do not.</param>
internal sealed record TableColumn(string Name, string Type, bool HasDefault);
