namespace Keycloak.ApiProtection;

/// <summary>Names and values that <c>AddKeycloakBearer()</c> uses where nothing else is said.</summary>
public static class KeycloakBearerDefaults
{
    /// <summary>The authentication scheme: <c>Keycloak</c>.</summary>
    public const string AuthenticationScheme = "Keycloak";

    /// <summary>The scheme that <c>SelectKeycloakBearerByIssuer()</c> adds: <c>KeycloakByIssuer</c>.</summary>
    public const string IssuerSelectionScheme = "KeycloakByIssuer";

    /// <summary>The configuration section: <c>Keycloak</c>.</summary>
    public const string ConfigurationSection = "Keycloak";

    /// <summary>The name of the <see cref="HttpClient"/> that reads Keycloak's documents: <c>Keycloak.ApiProtection</c>.</summary>
    public const string BackchannelHttpClientName = "Keycloak.ApiProtection";

    /// <summary>The name of the meter with the library's metrics: <c>Keycloak.ApiProtection</c>.</summary>
    public const string MeterName = "Keycloak.ApiProtection";

    /// <summary>The algorithms that may sign an access token: RS, PS and ES with 256, 384 and 512 bits.</summary>
    public static IReadOnlyList<string> Algorithms { get; } =
        ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];
}
