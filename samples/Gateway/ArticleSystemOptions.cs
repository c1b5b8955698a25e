using Gateway.Servers;
using Keycloak.ApiProtection.Testing.Servers;

namespace Gateway;

/// <summary>Options for the start of <see cref="ArticleSystem"/>.</summary>
public sealed class ArticleSystemOptions
{
    private static readonly Version StandardTokenExchange = new(26, 2);

    /// <summary>Gets or sets the Keycloak to start.</summary>
    /// <value>
    /// Null by default: the embedded realm is used. It has no login pages, so the Storefront is not started.
    /// <see cref="FindKeycloak"/> finds an installed Keycloak.
    /// </value>
    public KeycloakDistribution? Keycloak { get; set; }

    /// <summary>Gets or sets the lifetime of access tokens.</summary>
    /// <value>5 minutes by default. Fractions of a second are ignored.</value>
    public TimeSpan AccessTokenLifespan { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Gets or sets how old Keycloak's last "active" response may be for the token check and for the orders API that verifies tokens
    /// itself.
    /// </summary>
    /// <value>
    /// 5 seconds by default. Null: they introspect a token only where an endpoint requires it, and otherwise only receive logout
    /// notifications.
    /// </value>
    public TimeSpan? Freshness { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets or sets the folder for logs and for NGINX's files. It must exist and is not deleted.</summary>
    /// <value>Null by default: a new folder in the system's temporary folder. It is deleted at the end.</value>
    public string? Folder { get; set; }

    /// <summary>Gets or sets the NGINX to start.</summary>
    /// <value>Null by default: the NGINX that is installed on this machine.</value>
    public NginxInstallation? Nginx { get; set; }

    /// <summary>Finds the newest Keycloak in <c>KEYCLOAK_HOME</c> that supports standard token exchange, which the sample uses.</summary>
    /// <param name="reason">If none is found: the reason and the setting to change.</param>
    /// <returns>The distribution; null if none is found.</returns>
    public static KeycloakDistribution? FindKeycloak(out string reason)
    {
        var found = KeycloakDistribution.Find(null, out reason);
        if (found is null || found.Version >= StandardTokenExchange)
        {
            return found;
        }

        reason = $"{KeycloakDistribution.HomeVariable} contains only Keycloak {found.Version}. "
            + $"Standard token exchange requires Keycloak {StandardTokenExchange} or later.";
        return null;
    }
}
