using Keycloak.ApiProtection.Notifications;

namespace Keycloak.ApiProtection;

/// <summary>Where Keycloak finds the endpoints that <c>app.MapKeycloakEndpoints()</c> maps. They cannot be told from outside to be anywhere else.</summary>
public sealed class KeycloakEndpointOptions
{
    /// <summary>Gets or sets the path for logout tokens (OpenID Connect Back-Channel Logout 1.0), which goes into "Backchannel logout URL" of the login client.</summary>
    /// <value><c>/.keycloak/backchannel-logout</c> by default. Null: not mapped.</value>
    public string? BackchannelLogout { get; set; } = "/.keycloak/backchannel-logout";

    /// <summary>
    /// Gets or sets the path below which Keycloak pushes not-before and sign-outs (<c>/k_push_not_before</c>, <c>/k_logout</c>, <c>/k_test_available</c>),
    /// which goes into "Admin URL" of a client.
    /// </summary>
    /// <value><c>/.keycloak</c> by default. Null: not mapped.</value>
    public string? AdminUrl { get; set; } = "/.keycloak";
}
