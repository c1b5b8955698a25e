using Keycloak.ApiProtection.Claims.Foreign;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Authorization.Policies;

/// <summary>Finds policies by name: the application's own first, then ours. Default and fallback policy are the application's.</summary>
internal sealed class KeycloakPolicyProvider(
    [FromKeyedServices(ServiceDecoration.InnerKey)] IAuthorizationPolicyProvider inner,
    KeycloakPolicies policies) : IAuthorizationPolicyProvider
{
    /// <summary>Ours never change; so the application's provider decides. Without caching every request pays for combining its policies again.</summary>
    public bool AllowsCachingPolicies => inner.AllowsCachingPolicies;

    public Task<AuthorizationPolicy?> GetPolicyAsync(string policyName)
    {
        var own = inner.GetPolicyAsync(policyName);
        if (own.IsCompletedSuccessfully)
        {
            return own.Result is null ? policies.Find(policyName) : own;
        }

        return AfterAsync(own, policyName);
    }

    public Task<AuthorizationPolicy> GetDefaultPolicyAsync() => inner.GetDefaultPolicyAsync();

    public Task<AuthorizationPolicy?> GetFallbackPolicyAsync() => inner.GetFallbackPolicyAsync();

    private async Task<AuthorizationPolicy?> AfterAsync(Task<AuthorizationPolicy?> own, string policyName) => await own ?? await policies.Find(policyName);
}
