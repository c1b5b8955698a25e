namespace Storefront.Configuration;

/// <summary>Where Keycloak is, and who this application is to it: section <c>Keycloak</c>.</summary>
internal sealed class KeycloakOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Keycloak";

    /// <summary>Gets or sets the realm's address, which is also the issuer of its tokens: <c>https://keycloak.example/realms/demo</c>.</summary>
    public Uri? Authority { get; set; }

    /// <summary>Gets or sets the client's id in the realm.</summary>
    public string? ClientId { get; set; }

    /// <summary>Gets or sets the client's secret (Clients &gt; the client &gt; Credentials).</summary>
    public string? ClientSecret { get; set; }
}
