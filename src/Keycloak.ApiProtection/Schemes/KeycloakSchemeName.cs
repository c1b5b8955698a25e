namespace Keycloak.ApiProtection.Schemes;

/// <summary>The name of a registered scheme. <see cref="KeycloakSchemes"/> collects all of them.</summary>
internal sealed record KeycloakSchemeName(string Name);
