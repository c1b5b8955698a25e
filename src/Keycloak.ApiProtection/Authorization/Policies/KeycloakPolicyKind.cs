namespace Keycloak.ApiProtection.Authorization.Policies;

/// <summary>What a policy name requires.</summary>
internal enum KeycloakPolicyKind
{
    Scope,
    RealmRole,
    ClientRole,
    Organization,
    Group,
    ActiveToken,
    Authentication,
    ProofOfPossession,
}
