using Keycloak.ApiProtection.Introspection;
using Keycloak.ApiProtection.Revocation;
using Keycloak.ApiProtection.Tokens.Verified;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Keycloak.ApiProtection.Schemes;

/// <summary>Registers the runtime of the schemes.</summary>
internal static class SchemeServices
{
    public static void AddKeycloakSchemes(this IServiceCollection services, string scheme)
    {
        services.AddMetrics();
        services.TryAddSingleton<KeycloakMetrics>();
        services.TryAddSingleton<IntrospectionMetrics>();
        services.TryAddSingleton<RevocationMetrics>();
        services.TryAddSingleton<KeycloakSchemeBuilder>();
        services.TryAddSingleton<KeycloakSchemes>();
        services.TryAddSingleton<IssuerSelection>();
        services.TryAddSingleton<IKeycloakRevocations>(provider => provider.GetRequiredService<KeycloakSchemes>().Only().Revocations);
        services.TryAddKeyedSingleton<IKeycloakRevocations>(
            scheme, (provider, _) => provider.GetRequiredService<KeycloakSchemes>().Get(scheme).Revocations);
        services.AddSingleton(new KeycloakSchemeName(scheme));
    }
}
