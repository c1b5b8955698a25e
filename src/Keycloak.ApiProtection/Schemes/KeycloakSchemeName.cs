namespace Keycloak.ApiProtection.Schemes;

/// <summary>The name of a scheme that was added, so that start finds all of them.</summary>
internal sealed record KeycloakBearerScheme(string Name);
