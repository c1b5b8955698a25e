using Keycloak.ApiProtection.KeycloakTests.Contract;
using Keycloak.ApiProtection.KeycloakTests.Realms;

namespace Keycloak.ApiProtection.KeycloakTests;

/// <summary>The contract on a real Keycloak 24; skipped where <c>KEYCLOAK_HOME</c> names none.</summary>
public sealed class Keycloak24Tests(Keycloak24 keycloak) : KeycloakContract(keycloak), IClassFixture<Keycloak24>;
