using System.Security.Claims;
using Keycloak.ApiProtection.Authorization;
using Keycloak.ApiProtection.Authorization.Policies;
using Keycloak.ApiProtection.Authorization.Requirements;
using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Diagnostics;
using Microsoft.AspNetCore.Authorization;

namespace Keycloak.ApiProtection;

/// <summary>Requires membership of a group.</summary>
/// <remarks>
/// It reads <c>groups</c> (a Group Membership mapper). Membership of a group implies neither that of its parent nor that of its children.
/// The requirement is its own handler; it needs no registration.
/// </remarks>
public sealed class GroupRequirement : IKeycloakRequirement, IAuthorizationHandler
{
    /// <summary>Requires a group.</summary>
    /// <param name="group">
    /// The group as the mapper writes it; case-sensitive. <c>/staff</c> with "Full group path", otherwise <c>staff</c>.
    /// </param>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public GroupRequirement(string group) => Group = KeycloakPolicyName.Group(group).Value;

    /// <summary>The group as the mapper writes it.</summary>
    public string Group { get; }

    string IKeycloakRequirement.Need => $"membership of group '{Group}'";

    /// <inheritdoc/>
    public Task HandleAsync(AuthorizationHandlerContext context) => RequirementHandling.Handle(this, context);

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(GroupRequirement)}: {Group}";

    bool IKeycloakRequirement.IsMet(ClaimsPrincipal user, object? resource) => UserRights.IsInGroup(user, Group);

    Diagnosis IKeycloakRequirement.Diagnose(ClaimsPrincipal user) => PermissionDiagnosis.Group(user, Group);
}
