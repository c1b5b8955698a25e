namespace Keycloak.ApiProtection;

/// <summary>The paths of the endpoints that <c>app.MapKeycloakEndpoints()</c> maps.</summary>
/// <remarks>The paths can be set in code only, not in configuration.</remarks>
public sealed class KeycloakEndpointOptions
{
    /// <summary>
    /// Gets or sets the path for logout tokens (OpenID Connect Back-Channel Logout 1.0). Enter its URL as "Backchannel logout URL" of the
    /// login client.
    /// </summary>
    /// <value><c>/.keycloak/backchannel-logout</c> by default. Null: the endpoint is not mapped.</value>
    public string? BackchannelLogout { get; set; } = "/.keycloak/backchannel-logout";

    /// <summary>
    /// Gets or sets the path below which Keycloak pushes not-before and sign-outs (<c>/k_push_not_before</c>, <c>/k_logout</c>,
    /// <c>/k_test_available</c>). Enter its URL as "Admin URL" of a client.
    /// </summary>
    /// <value><c>/.keycloak</c> by default. Null: the endpoints are not mapped.</value>
    public string? AdminUrl { get; set; } = "/.keycloak";
}
