using Keycloak.ApiProtection.Schemes;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>Every scheme, as the endpoints see them: who posts does not say which one is meant.</summary>
internal sealed class NotificationSchemes(IEnumerable<KeycloakBearerScheme> schemes, IOptionsMonitor<KeycloakBearerOptions> options)
{
    private readonly Lazy<NotificationScheme[]> _all = new(() => [.. schemes.Distinct().Select(scheme => new NotificationScheme(scheme.Name, options))]);

    /// <summary>Gets them. Asked for only after the options were found valid.</summary>
    public IReadOnlyList<NotificationScheme> All => _all.Value;

    /// <summary>Gets or sets whether the endpoints have been mapped.</summary>
    public bool AreMapped { get; set; }
}
