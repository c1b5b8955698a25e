using Keycloak.ApiProtection.Authorization.Policies;
using Microsoft.AspNetCore.Authorization;

namespace Keycloak.ApiProtection;

/// <summary>Lets in only members of an organization: the policy <c>organization:acme</c>.</summary>
/// <remarks>
/// It is an <see cref="AuthorizeAttribute"/>: for controllers, actions, minimal APIs, hubs and their methods. Several of them must all hold.
/// It needs <c>AddKeycloakBearer()</c> or <c>AddKeycloakPolicies()</c>.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true, Inherited = true)]
public sealed class RequireOrganizationAttribute : AuthorizeAttribute
{
    /// <summary>Requires membership of an organization.</summary>
    /// <param name="organization">The organization's alias, compared with case.</param>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public RequireOrganizationAttribute(string organization)
        : base(KeycloakPolicyName.Organization(organization).ToString())
    {
        Organization = organization;
    }

    /// <summary>The organization's alias.</summary>
    public string Organization { get; }

    /// <summary>The policy's name, made of what is required. It cannot be set: one attribute, one meaning.</summary>
    public new string Policy => base.Policy!;
}
