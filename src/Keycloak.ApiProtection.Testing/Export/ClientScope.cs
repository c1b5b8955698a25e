namespace Keycloak.ApiProtection.Testing.Export;

/// <summary>A client scope: a name to ask for, its mappers, and the roles that a user needs one of to get it.</summary>
internal sealed record ClientScope(string Name, bool InTokenScope, IReadOnlyList<ProtocolMapper> Mappers, IReadOnlyList<RoleName> ScopeMappings)
{
    public const string OfflineAccess = "offline_access";

    public const string Organization = "organization";
}
