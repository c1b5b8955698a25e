using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Schemes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Authorization.Startup;

/// <summary>
/// Logs a warning at start if there are several Keycloak schemes and one of them is not used by any endpoint, policy or default. Its
/// tokens are then rejected everywhere.
/// </summary>
internal sealed class UnusedSchemeCheck(
    KeycloakSchemes schemes,
    IOptions<AuthenticationOptions> authentication,
    ILogger<UnusedSchemeCheck> logger) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => MappedEndpoints.Check(next, Check);

    private void Check(IReadOnlyList<Endpoint> endpoints, IAuthorizationPolicyProvider provider)
    {
        // A policy scheme can forward to any scheme. Only its delegate knows the target, so the check is not possible.
        if (schemes.Names.Count < 2 || authentication.Value.Schemes.Any(scheme => scheme.HandlerType == typeof(PolicySchemeHandler)))
        {
            return;
        }

        var named = Named(endpoints, provider).ToHashSet(StringComparer.Ordinal);
        foreach (var name in schemes.Names.Where(name => !named.Contains(name)))
        {
            logger.DoubtfulSetting(
                name,
                $"no endpoint, policy or default names the scheme '{name}', so it never authenticates a request. Name it where its tokens "
                + $"must be accepted (policy.AddAuthenticationSchemes(\"{name}\")), "
                + "or call SelectKeycloakBearerByIssuer() after the last AddKeycloakBearer.");
        }
    }

    private IEnumerable<string?> Named(IReadOnlyList<Endpoint> endpoints, IAuthorizationPolicyProvider provider)
    {
        var settings = authentication.Value;
        var policies = endpoints.SelectMany(endpoint => endpoint.Metadata.GetOrderedMetadata<AuthorizationPolicy>()).ToList();
        policies.Add(provider.GetDefaultPolicyAsync().GetAwaiter().GetResult());
        if (provider.GetFallbackPolicyAsync().GetAwaiter().GetResult() is { } fallback)
        {
            policies.Add(fallback);
        }

        var authorizeData = endpoints.SelectMany(EndpointPolicyNames.Of).ToArray();
        var names = authorizeData.Select(data => data.Policy).Where(name => !string.IsNullOrWhiteSpace(name));
        foreach (var name in names.Distinct(StringComparer.Ordinal))
        {
            if (EndpointPolicyNames.Find(provider, name!) is { } policy)
            {
                policies.Add(policy);
            }
        }

        return new[] { settings.DefaultScheme, settings.DefaultAuthenticateScheme }
            .Concat(policies.SelectMany(policy => policy.AuthenticationSchemes))
            .Concat(authorizeData.SelectMany(data => data.AuthenticationSchemes?.Split(',', StringSplitOptions.TrimEntries) ?? []));
    }
}
