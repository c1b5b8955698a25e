using Keycloak.ApiProtection.Claims.Foreign;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Authorization.Policies;

/// <summary>Finds policies by name: first the application's own, then those for Keycloak policy names.</summary>
/// <remarks>The default and fallback policies are the application's.</remarks>
internal sealed class KeycloakPolicyProvider(
    [FromKeyedServices(ServiceDecoration.InnerKey)] IAuthorizationPolicyProvider inner,
    KeycloakPolicies policies) : IAuthorizationPolicyProvider
{
    /// <summary>The value of the application's provider, because Keycloak policies never change.</summary>
    /// <remarks>Without caching, ASP.NET Core combines the policies of an endpoint again on every request.</remarks>
    public bool AllowsCachingPolicies => inner.AllowsCachingPolicies;

    public Task<AuthorizationPolicy?> GetPolicyAsync(string policyName)
    {
        var own = inner.GetPolicyAsync(policyName);
        if (own.IsCompletedSuccessfully)
        {
            return own.Result is null ? policies.Find(policyName) : own;
        }

        return FindAsync(own, policyName);
    }

    public Task<AuthorizationPolicy> GetDefaultPolicyAsync() => inner.GetDefaultPolicyAsync();

    public Task<AuthorizationPolicy?> GetFallbackPolicyAsync() => inner.GetFallbackPolicyAsync();

    private async Task<AuthorizationPolicy?> FindAsync(Task<AuthorizationPolicy?> own, string policyName) =>
        await own ?? await policies.Find(policyName);
}
