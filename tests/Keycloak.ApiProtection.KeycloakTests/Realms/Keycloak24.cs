namespace Keycloak.ApiProtection.KeycloakTests.Realms;

/// <summary>Keycloak 24, one server for the whole run.</summary>
public sealed class Keycloak24() : RealKeycloak(majorVersion: 24);
