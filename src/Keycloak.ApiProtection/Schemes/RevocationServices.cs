using Keycloak.ApiProtection.Revocation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Schemes;

/// <summary>What a scheme's revocations need.</summary>
internal static class RevocationServices
{
    public static void AddRevocations(this IServiceCollection services, string scheme)
    {
        services.AddMetrics();
        services.TryAddSingleton<RevocationMetrics>();
        services.TryAddSingleton<SchemeRevocations>();
        services.TryAddSingleton<IKeycloakRevocations>(provider => SchemeRevocations.Only(
            provider.GetServices<KeycloakBearerScheme>(), provider.GetRequiredService<IOptionsMonitor<KeycloakBearerOptions>>()));
        services.TryAddKeyedSingleton<IKeycloakRevocations>(scheme, (provider, _) =>
            provider.GetRequiredService<IOptionsMonitor<KeycloakBearerOptions>>().Get(scheme).Revocations.Value);
    }
}
