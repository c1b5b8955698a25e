using Keycloak.ApiProtection.Authorization.Policies;
using Microsoft.AspNetCore.Authorization;

namespace Keycloak.ApiProtection;

/// <summary>Accepts only tokens that were granted all of the given scopes: the policy <c>scope:email</c>.</summary>
/// <remarks>
/// It is an <see cref="AuthorizeAttribute"/> for controllers, actions, minimal APIs, hubs and their methods. If there are several, all must
/// be met. It needs <c>AddKeycloakBearer()</c> or <c>AddKeycloakPolicies()</c>.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true, Inherited = true)]
public sealed class RequireScopeAttribute : AuthorizeAttribute
{
    /// <summary>Requires scopes.</summary>
    /// <param name="scopes">One or more scopes; all are required. Case-sensitive.</param>
    /// <exception cref="ArgumentException">There is no scope, or a scope is blank or contains white space.</exception>
    public RequireScopeAttribute(params string[] scopes)
        : base(KeycloakPolicyName.Scopes(scopes).ToString())
    {
        Scopes = [.. scopes];
    }

    /// <summary>The scopes, all of which are required.</summary>
    public IReadOnlyList<string> Scopes { get; }

    /// <summary>Gets the name of the policy, derived from what is required. It cannot be set.</summary>
    public new string Policy => base.Policy!;
}
