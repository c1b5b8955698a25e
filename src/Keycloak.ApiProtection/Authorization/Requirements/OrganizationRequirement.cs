using System.Security.Claims;
using Keycloak.ApiProtection.Authorization;
using Keycloak.ApiProtection.Authorization.Policies;
using Keycloak.ApiProtection.Authorization.Requirements;
using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Diagnostics;
using Microsoft.AspNetCore.Authorization;

namespace Keycloak.ApiProtection;

/// <summary>Requires membership of an organization.</summary>
/// <remarks>
/// It reads <c>organization</c> (client scope <c>organization</c>). The requirement is its own handler; it needs no registration.
/// </remarks>
public sealed class OrganizationRequirement : IKeycloakRequirement, IAuthorizationHandler
{
    /// <summary>Requires an organization.</summary>
    /// <param name="organization">The organization's alias; case-sensitive.</param>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public OrganizationRequirement(string organization) => Organization = KeycloakPolicyName.Organization(organization).Value;

    /// <summary>The organization's alias.</summary>
    public string Organization { get; }

    string IKeycloakRequirement.Need => $"membership of organization '{Organization}'";

    /// <inheritdoc/>
    public Task HandleAsync(AuthorizationHandlerContext context) => RequirementHandling.Handle(this, context);

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(OrganizationRequirement)}: {Organization}";

    bool IKeycloakRequirement.IsMet(ClaimsPrincipal user, object? resource) => UserRights.IsInOrganization(user, Organization);

    Diagnosis IKeycloakRequirement.Diagnose(ClaimsPrincipal user) => PermissionDiagnosis.Organization(user, Organization);
}
