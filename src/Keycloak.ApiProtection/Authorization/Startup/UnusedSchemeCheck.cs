using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Schemes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Authorization.Startup;

/// <summary>Warns at start about a Keycloak scheme of several that nothing names: its tokens are rejected everywhere.</summary>
internal sealed class UnusedSchemeCheck(KeycloakSchemes schemes, IOptions<AuthenticationOptions> authentication, ILogger<UnusedSchemeCheck> logger) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);

        // A policy scheme may forward to any scheme, and only its delegate knows to which.
        var endpoints = app.ApplicationServices.GetService<EndpointDataSource>();
        if (endpoints is null || schemes.Names.Count < 2 || authentication.Value.Schemes.Any(scheme => scheme.HandlerType == typeof(PolicySchemeHandler)))
        {
            return;
        }

        using var scope = app.ApplicationServices.CreateScope();
        var named = Named(endpoints, scope.ServiceProvider.GetRequiredService<IAuthorizationPolicyProvider>()).ToHashSet(StringComparer.Ordinal);
        foreach (var name in schemes.Names.Where(name => !named.Contains(name)))
        {
            logger.DoubtfulSetting(
                name,
                $"no endpoint, policy or default names the scheme '{name}', so that no request is ever checked by it. Name it where its tokens are meant to count "
                + $"(policy.AddAuthenticationSchemes(\"{name}\")), or call SelectKeycloakBearerByIssuer() after the last AddKeycloakBearer.");
        }
    };

    private IEnumerable<string?> Named(EndpointDataSource endpoints, IAuthorizationPolicyProvider provider)
    {
        var settings = authentication.Value;
        var policies = endpoints.Endpoints.SelectMany(endpoint => endpoint.Metadata.GetOrderedMetadata<AuthorizationPolicy>()).ToList();
        policies.Add(provider.GetDefaultPolicyAsync().GetAwaiter().GetResult());
        if (provider.GetFallbackPolicyAsync().GetAwaiter().GetResult() is { } fallback)
        {
            policies.Add(fallback);
        }

        var demands = endpoints.Endpoints.SelectMany(EndpointPolicyNames.Of).ToArray();
        foreach (var name in demands.Select(demand => demand.Policy).Where(name => !string.IsNullOrWhiteSpace(name)).Distinct(StringComparer.Ordinal))
        {
            if (Ask(provider, name!) is { } policy)
            {
                policies.Add(policy);
            }
        }

        return new[] { settings.DefaultScheme, settings.DefaultAuthenticateScheme }
            .Concat(policies.SelectMany(policy => policy.AuthenticationSchemes))
            .Concat(demands.SelectMany(demand => demand.AuthenticationSchemes?.Split(',', StringSplitOptions.TrimEntries) ?? []));
    }

    // A name that cannot be resolved is another check's matter: it stops the start, with the remedy.
    private static AuthorizationPolicy? Ask(IAuthorizationPolicyProvider provider, string name)
    {
        try
        {
            return provider.GetPolicyAsync(name).GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return null;
        }
    }
}
