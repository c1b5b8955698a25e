using System.Security.Claims;
using Keycloak.ApiProtection.Authorization;
using Keycloak.ApiProtection.Authorization.Policies;
using Keycloak.ApiProtection.Authorization.Requirements;
using Keycloak.ApiProtection.Diagnostics;
using Microsoft.AspNetCore.Authorization;

namespace Keycloak.ApiProtection;

/// <summary>Requires a realm role.</summary>
/// <remarks>
/// It reads <c>realm_access</c>. Role claims that the application adds do not count, and removing a role claim does not remove the realm
/// role. The requirement is its own handler; it needs no registration.
/// </remarks>
public sealed class RealmRoleRequirement : IKeycloakRequirement, IAuthorizationHandler
{
    /// <summary>Requires a realm role.</summary>
    /// <param name="role">The role; case-sensitive.</param>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public RealmRoleRequirement(string role) => Role = KeycloakPolicyName.RealmRole(role).Value;

    /// <summary>The realm role.</summary>
    public string Role { get; }

    string IKeycloakRequirement.Need => $"realm role '{Role}'";

    /// <inheritdoc/>
    public Task HandleAsync(AuthorizationHandlerContext context) => RequirementHandling.Handle(this, context);

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(RealmRoleRequirement)}: {Role}";

    bool IKeycloakRequirement.IsMet(ClaimsPrincipal user, object? resource) => user.HasRealmRole(Role);

    Diagnosis IKeycloakRequirement.Diagnose(ClaimsPrincipal user) => PermissionDiagnosis.RealmRole(user, Role);
}
