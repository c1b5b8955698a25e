using System.Security.Claims;
using Keycloak.ApiProtection.Authorization;
using Keycloak.ApiProtection.Authorization.Policies;
using Keycloak.ApiProtection.Authorization.Requirements;
using Keycloak.ApiProtection.Diagnostics;
using Microsoft.AspNetCore.Authorization;

namespace Keycloak.ApiProtection;

/// <summary>The user must have a realm role.</summary>
/// <remarks>
/// It reads <c>realm_access</c>; role claims that the application adds itself do not count here, and one that it removes does not remove
/// the realm role. It handles itself; nothing needs to be registered.
/// </remarks>
public sealed class RealmRoleRequirement : IKeycloakRequirement, IAuthorizationHandler
{
    /// <summary>Asks for a realm role.</summary>
    /// <param name="role">The role, compared with case.</param>
    /// <exception cref="ArgumentException">The name is blank.</exception>
    public RealmRoleRequirement(string role) => Role = KeycloakPolicyName.RealmRole(role).Value;

    /// <summary>The realm role.</summary>
    public string Role { get; }

    string IKeycloakRequirement.Need => $"realm role '{Role}'";

    /// <inheritdoc/>
    public Task HandleAsync(AuthorizationHandlerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return RequirementHandling.Handle(this, context);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(RealmRoleRequirement)}: {Role}";

    bool IKeycloakRequirement.IsMet(ClaimsPrincipal user, object? resource) => user.HasRealmRole(Role);

    Diagnosis IKeycloakRequirement.Diagnose(ClaimsPrincipal user) => PermissionDiagnosis.RealmRole(user, Role);
}
