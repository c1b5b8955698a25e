using Keycloak.ApiProtection.KeycloakTests.Contract;
using Keycloak.ApiProtection.KeycloakTests.Realms;

namespace Keycloak.ApiProtection.KeycloakTests;

/// <summary>The contract on a real Keycloak 24. Skipped if <c>KEYCLOAK_HOME</c> does not contain one.</summary>
public sealed class Keycloak24Tests(Keycloak24 keycloak) : KeycloakContract(keycloak), IClassFixture<Keycloak24>;
