namespace Storefront.Configuration;

/// <summary>The address of Keycloak's realm, and this application's client: section <c>Keycloak</c>.</summary>
internal sealed class KeycloakOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Keycloak";

    /// <summary>Gets or sets the realm's address and issuer: <c>https://keycloak.example/realms/demo</c>.</summary>
    public Uri? Authority { get; set; }

    /// <summary>Gets or sets the client's id in the realm.</summary>
    public string? ClientId { get; set; }

    /// <summary>Gets or sets the client's secret (Clients &gt; the client &gt; Credentials).</summary>
    public string? ClientSecret { get; set; }
}
