using Gateway.Servers;
using Keycloak.ApiProtection.Testing.Servers;

namespace Gateway;

/// <summary>How the system starts.</summary>
public sealed class ArticleSystemOptions
{
    private static readonly Version StandardTokenExchange = new(26, 2);

    /// <summary>Gets or sets the Keycloak to start.</summary>
    /// <value>Null by default: the embedded realm, without login pages, so without the Storefront. <see cref="FindKeycloak"/> finds one.</value>
    public KeycloakDistribution? Keycloak { get; set; }

    /// <summary>Gets or sets how long an access token lives.</summary>
    /// <value>5 minutes by default, in whole seconds.</value>
    public TimeSpan AccessTokenLifespan { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets how old Keycloak's last "active" may be for the token check and for the orders API that protects itself.</summary>
    /// <value>5 seconds by default. Null: they ask only where an endpoint requires it, and otherwise hear of logouts only.</value>
    public TimeSpan? Freshness { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets the folder for logs and NGINX's files. It must exist, and is kept.</summary>
    /// <value>Null by default: a new one in the folder for temporary files, which is deleted at the end.</value>
    public string? Folder { get; set; }

    /// <summary>Gets or sets the NGINX to start.</summary>
    /// <value>Null by default: that of this machine.</value>
    public NginxInstallation? Nginx { get; set; }

    /// <summary>The newest Keycloak that <c>KEYCLOAK_HOME</c> names, if it can exchange tokens as the sample does.</summary>
    /// <param name="reason">Where there is none: why, and what to set.</param>
    public static KeycloakDistribution? FindKeycloak(out string reason)
    {
        var found = KeycloakDistribution.Find(null, out reason);
        if (found is null || found.Version >= StandardTokenExchange)
        {
            return found;
        }

        reason = $"{KeycloakDistribution.HomeVariable} names only Keycloak {found.Version}: standard token exchange came with {StandardTokenExchange}.";
        return null;
    }
}
