namespace Keycloak.ApiProtection;

/// <summary>Default values for <c>AddKeycloakBearer()</c>.</summary>
public static class KeycloakBearerDefaults
{
    /// <summary>The default authentication scheme: <c>Keycloak</c>.</summary>
    public const string AuthenticationScheme = "Keycloak";

    /// <summary>The authentication scheme that <c>SelectKeycloakBearerByIssuer()</c> adds: <c>KeycloakByIssuer</c>.</summary>
    public const string IssuerSelectionScheme = "KeycloakByIssuer";

    /// <summary>The default configuration section: <c>Keycloak</c>.</summary>
    public const string ConfigurationSection = "Keycloak";

    /// <summary>The default name of the <see cref="HttpClient"/> that sends requests to Keycloak: <c>Keycloak.ApiProtection</c>.</summary>
    public const string BackchannelHttpClientName = "Keycloak.ApiProtection";

    /// <summary>The name of the meter that contains the library's metrics: <c>Keycloak.ApiProtection</c>.</summary>
    public const string MeterName = "Keycloak.ApiProtection";

    /// <summary>Gets the signature algorithms that are accepted by default: RS, PS and ES with 256, 384 and 512 bits.</summary>
    public static IReadOnlyList<string> Algorithms { get; } =
        ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];
}
