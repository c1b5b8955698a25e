using Keycloak.ApiProtection.KeycloakTests.Contract;
using Keycloak.ApiProtection.KeycloakTests.Realms;

namespace Keycloak.ApiProtection.KeycloakTests;

/// <summary>The contract on a real Keycloak 26; skipped where <c>KEYCLOAK_HOME</c> names none.</summary>
public sealed class Keycloak26Tests(Keycloak26 keycloak) : KeycloakContract(keycloak), IClassFixture<Keycloak26>;
