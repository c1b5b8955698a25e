namespace Keycloak.ApiProtection.Testing.Export;

/// <summary>A client scope: its name in requests, its mappers, and the roles of which a user needs at least one.</summary>
internal sealed record ClientScope(
    string Name, bool InTokenScope, IReadOnlyList<ProtocolMapper> Mappers, IReadOnlyList<RoleName> ScopeMappings)
{
    public const string OfflineAccess = "offline_access";

    public const string Organization = "organization";
}
