using Keycloak.ApiProtection.Authorization.Policies;
using Microsoft.AspNetCore.Authorization;

namespace Keycloak.ApiProtection;

/// <summary>Accepts only members of an organization: the policy <c>organization:acme</c>.</summary>
/// <remarks>
/// It is an <see cref="AuthorizeAttribute"/> for controllers, actions, minimal APIs, hubs and their methods. If there are several, all must
/// be met. It needs <c>AddKeycloakBearer()</c> or <c>AddKeycloakPolicies()</c>.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true, Inherited = true)]
public sealed class RequireOrganizationAttribute : AuthorizeAttribute
{
    /// <summary>Requires membership of an organization.</summary>
    /// <param name="organization">The organization's alias; case-sensitive.</param>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public RequireOrganizationAttribute(string organization)
        : base(KeycloakPolicyName.Organization(organization).ToString())
    {
        Organization = organization;
    }

    /// <summary>The organization's alias.</summary>
    public string Organization { get; }

    /// <summary>Gets the name of the policy, derived from what is required. It cannot be set.</summary>
    public new string Policy => base.Policy!;
}
