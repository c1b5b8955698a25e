using Keycloak.ApiProtection.Schemes;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>All schemes, as the notification endpoints see them: a notification does not say which scheme it is for.</summary>
internal sealed class NotificationSchemes(KeycloakSchemes schemes)
{
    private readonly Lazy<NotificationScheme[]> _all = new(() => [.. schemes.Names.Select(name => new NotificationScheme(name, schemes))]);

    /// <summary>Gets them. Asked for only after the options were found valid.</summary>
    public IReadOnlyList<NotificationScheme> All => _all.Value;

    /// <summary>Gets or sets whether the endpoints have been mapped.</summary>
    public bool AreMapped { get; set; }
}
