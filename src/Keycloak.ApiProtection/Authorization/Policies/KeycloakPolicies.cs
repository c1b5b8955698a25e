using System.Collections.Concurrent;
using Keycloak.ApiProtection.Authorization.Requirements;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection.Authorization.Policies;

/// <summary>Builds and caches the policies for Keycloak policy names.</summary>
internal sealed class KeycloakPolicies(IOptions<KeycloakClaimsOptions> options)
{
    // Names normally come from the application's code. If an application derives them from its input, further policies are built on each
    // call, so that memory is bounded.
    private const int MaximumCached = 1024;

    private readonly ConcurrentDictionary<string, Task<AuthorizationPolicy?>> _built = new(StringComparer.Ordinal);

    /// <summary>Returns the policy of a name, or null if it is not a Keycloak policy name.</summary>
    /// <exception cref="InvalidOperationException">The name has a Keycloak prefix and is malformed.</exception>
    public Task<AuthorizationPolicy?> Find(string policyName)
    {
        if (_built.TryGetValue(policyName, out var built))
        {
            return built;
        }

        if (!KeycloakPolicyName.TryParse(policyName, out var name, out var problem))
        {
            return problem is null
                ? Task.FromResult<AuthorizationPolicy?>(null)
                : throw new InvalidOperationException(Malformed(policyName, problem));
        }

        var policy = Task.FromResult<AuthorizationPolicy?>(Build(name));
        if (_built.Count < MaximumCached)
        {
            _built.TryAdd(policyName, policy);
        }

        return policy;
    }

    public static string Malformed(string policyName, string problem) => $"The policy name \"{policyName}\" is malformed: {problem}";

    private AuthorizationPolicy Build(KeycloakPolicyName name) =>
        new AuthorizationPolicyBuilder().RequireAuthenticatedUser().AddRequirements(Requirement(name)).Build();

    private IKeycloakRequirement Requirement(KeycloakPolicyName name) => name.Kind switch
    {
        KeycloakPolicyKind.Scope => new ScopeRequirement([.. name.Values]),
        KeycloakPolicyKind.RealmRole => new RealmRoleRequirement(name.Value),
        KeycloakPolicyKind.ClientRole => new ClientRoleRequirement(name, options.Value.ClientId),
        KeycloakPolicyKind.Organization => new OrganizationRequirement(name.Value),
        KeycloakPolicyKind.ActiveToken => new ActiveTokenRequirement(name.MaxAge),
        KeycloakPolicyKind.ProofOfPossession => new ProofOfPossessionRequirement(),
        KeycloakPolicyKind.Authentication => new AuthenticationRequirement(name),
        _ => new GroupRequirement(name.Value),
    };
}
