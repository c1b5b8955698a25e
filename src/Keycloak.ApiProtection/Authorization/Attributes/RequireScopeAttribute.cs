using Keycloak.ApiProtection.Authorization.Policies;
using Microsoft.AspNetCore.Authorization;

namespace Keycloak.ApiProtection;

/// <summary>Lets in only tokens that were granted all of some scopes: the policy <c>scope:email</c>.</summary>
/// <remarks>
/// It is an <see cref="AuthorizeAttribute"/>: for controllers, actions, minimal APIs, hubs and their methods. Several of them must all hold.
/// It needs <c>AddKeycloakBearer()</c> or <c>AddKeycloakPolicies()</c>.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true, Inherited = true)]
public sealed class RequireScopeAttribute : AuthorizeAttribute
{
    /// <summary>Requires scopes.</summary>
    /// <param name="scopes">At least one; all of them are needed. Compared with case.</param>
    /// <exception cref="ArgumentException">No scope is named, or one is blank or holds white space.</exception>
    public RequireScopeAttribute(params string[] scopes)
        : base(KeycloakPolicyName.Scopes(scopes).ToString())
    {
        Scopes = [.. scopes];
    }

    /// <summary>The scopes, all of which are needed.</summary>
    public IReadOnlyList<string> Scopes { get; }

    /// <summary>The policy's name, made of what is required. It cannot be set: one attribute, one meaning.</summary>
    public new string Policy => base.Policy!;
}
