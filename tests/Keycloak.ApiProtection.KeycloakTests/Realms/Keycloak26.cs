namespace Keycloak.ApiProtection.KeycloakTests.Realms;

/// <summary>Keycloak 26, one server for the whole run.</summary>
public sealed class Keycloak26() : RealKeycloak(majorVersion: 26);
