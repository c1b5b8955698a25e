using Keycloak.ApiProtection.Schemes;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>All schemes, for the notification endpoints. A notification does not name the scheme that it is for.</summary>
internal sealed class NotificationSchemes(KeycloakSchemes schemes)
{
    private readonly Lazy<NotificationScheme[]> _all = new(() => [.. schemes.Names.Select(name => new NotificationScheme(name, schemes))]);

    /// <summary>Gets all schemes. It can be used only after the options were validated.</summary>
    public IReadOnlyList<NotificationScheme> All => _all.Value;

    /// <summary>Gets or sets whether the endpoints have been mapped.</summary>
    public bool AreMapped { get; set; }
}
