using Keycloak.ApiProtection.Authorization.Policies;
using Microsoft.AspNetCore.Authorization;

namespace Keycloak.ApiProtection;

/// <summary>Accepts only members of a group: the policy <c>group:/staff</c>.</summary>
/// <remarks>
/// It is an <see cref="AuthorizeAttribute"/> for controllers, actions, minimal APIs, hubs and their methods. If there are several, all must
/// be met. It needs <c>AddKeycloakBearer()</c> or <c>AddKeycloakPolicies()</c>.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true, Inherited = true)]
public sealed class RequireGroupAttribute : AuthorizeAttribute
{
    /// <summary>Requires membership of a group.</summary>
    /// <param name="group">
    /// The group as the mapper writes it; case-sensitive. <c>/staff</c> with "Full group path", otherwise <c>staff</c>.
    /// </param>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public RequireGroupAttribute(string group)
        : base(KeycloakPolicyName.Group(group).ToString())
    {
        Group = group;
    }

    /// <summary>The group as the mapper writes it.</summary>
    public string Group { get; }

    /// <summary>Gets the name of the policy, derived from what is required. It cannot be set.</summary>
    public new string Policy => base.Policy!;
}
