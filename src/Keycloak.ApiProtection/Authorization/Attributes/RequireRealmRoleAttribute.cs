using Keycloak.ApiProtection.Authorization.Policies;
using Microsoft.AspNetCore.Authorization;

namespace Keycloak.ApiProtection;

/// <summary>Accepts only users with a realm role: the policy <c>realm-role:admin</c>.</summary>
/// <remarks>
/// It is an <see cref="AuthorizeAttribute"/> for controllers, actions, minimal APIs, hubs and their methods. If there are several, all must
/// be met. It needs <c>AddKeycloakBearer()</c> or <c>AddKeycloakPolicies()</c>.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true, Inherited = true)]
public sealed class RequireRealmRoleAttribute : AuthorizeAttribute
{
    /// <summary>Requires a realm role.</summary>
    /// <param name="role">The role; case-sensitive.</param>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public RequireRealmRoleAttribute(string role)
        : base(KeycloakPolicyName.RealmRole(role).ToString())
    {
        Role = role;
    }

    /// <summary>The realm role.</summary>
    public string Role { get; }

    /// <summary>Gets the name of the policy, derived from what is required. It cannot be set.</summary>
    public new string Policy => base.Policy!;
}
