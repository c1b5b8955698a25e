using Keycloak.ApiProtection.Authorization.Policies;
using Keycloak.ApiProtection.Authorization.Requirements;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Authorization.Startup;

/// <summary>
/// Checks every endpoint at start, and stops the start if the name of a Keycloak policy, or a name that is similar to one, cannot be
/// resolved. A misspelled <c>scope:email</c> is then found by the developer and not by the first user.
/// </summary>
/// <remarks>Names that are not similar to a Keycloak policy are not checked.</remarks>
internal sealed class EndpointPolicyCheck(KeycloakPolicies policies, IOptions<AuthorizationOptions> options) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => MappedEndpoints.Check(next, Check);

    private void Check(IReadOnlyList<Endpoint> endpoints, IAuthorizationPolicyProvider provider)
    {
        var problems = new List<string>();
        foreach (var endpoint in endpoints)
        {
            foreach (var data in EndpointPolicyNames.Of(endpoint))
            {
                if (data.Policy is { } name && !string.IsNullOrWhiteSpace(name) && Problem(name, data, provider) is { } problem)
                {
                    problems.Add($"- {MappedEndpoints.NameOf(endpoint)}: {problem}");
                }
            }
        }

        if (problems.Count > 0)
        {
            throw new InvalidOperationException(
                "Endpoints name authorization policies that cannot be resolved:"
                + $"{Environment.NewLine}{string.Join(Environment.NewLine, problems.Distinct())}");
        }
    }

    private string? Problem(string name, IAuthorizeData data, IAuthorizationPolicyProvider provider)
    {
        if (KeycloakPolicyName.TryParse(name, out _, out var malformed))
        {
            return Unresolved(name, data, provider);
        }

        var meant = malformed is null ? PolicyNameSuggestion.For(name) : null;
        if ((malformed is null && meant is null) || EndpointPolicyNames.Find(provider, name) is not null)
        {
            return null;
        }

        return malformed is not null
            ? KeycloakPolicies.Malformed(name, malformed)
            : $"There is no policy \"{name}\". Did you mean \"{meant}\"? "
                + "If it is the application's own policy, register it with AddAuthorization.";
    }

    private string? Unresolved(string name, IAuthorizeData data, IAuthorizationPolicyProvider provider)
    {
        var policy = EndpointPolicyNames.Find(provider, name, out var failure);
        if (policy is null && provider is not KeycloakPolicyProvider && options.Value.GetPolicy(name) is null)
        {
            // Another provider was registered later and replaced this library's provider. Most providers fall back to the registered
            // policies, so the policy is registered there.
            options.Value.AddPolicy(name, policies.Find(name).GetAwaiter().GetResult()!);
            policy = EndpointPolicyNames.Find(provider, name, out failure);
        }

        if (policy is null)
        {
            return $"The policy \"{name}\" was not found: {provider.GetType()} was registered after AddKeycloakPolicies() "
                + "(or AddKeycloakBearer()) and does not know this policy. Register that provider earlier, or let it fall back to "
                + $"DefaultAuthorizationPolicyProvider for names that it does not know."
                + (failure is null ? null : $" It failed: {failure}");
        }

        // A provider that creates a policy for any name would silently replace the check of an attribute such as [RequireScope].
        return IsOurs(data)
            && options.Value.GetPolicy(name) is null
            && !policy.Requirements.Any(requirement => requirement is IKeycloakRequirement)
            ? $"[{data.GetType().Name[..^nameof(Attribute).Length]}] requires the policy \"{name}\", but the application's policy provider "
                + "returns its own policy, which does not check it. Let the provider return null for names that it does not know."
            : null;
    }

    private static bool IsOurs(IAuthorizeData data) =>
        data is RequireActiveTokenAttribute or RequireScopeAttribute or RequireRealmRoleAttribute
            or RequireClientRoleAttribute or RequireOrganizationAttribute or RequireGroupAttribute or RequireAuthenticationAttribute
            or RequireProofOfPossessionAttribute;
}
