namespace Keycloak.ApiProtection.Authorization.Policies;

/// <summary>What a policy name asks for.</summary>
internal enum KeycloakPolicyKind
{
    Scope,
    RealmRole,
    ClientRole,
    Organization,
    Group,
    ActiveToken,
}
