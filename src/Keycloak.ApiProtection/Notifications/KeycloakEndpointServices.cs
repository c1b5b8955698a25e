using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Keycloak.ApiProtection.Notifications;

/// <summary>Registers the services of the notification endpoints.</summary>
internal static class KeycloakEndpointServices
{
    public static void AddKeycloakEndpointServices(this IServiceCollection services)
    {
        services.TryAddSingleton<NotificationSchemes>();
        services.TryAddSingleton<NotificationVerification>();
        services.TryAddSingleton<BackchannelLogout>();
        services.TryAddSingleton<AdminPush>();
        services.TryAddSingleton<NotificationEndpoints>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, UnmappedEndpointsCheck>());
    }
}
