using System.Security.Claims;
using Keycloak.ApiProtection.Authorization;
using Keycloak.ApiProtection.Authorization.Policies;
using Keycloak.ApiProtection.Authorization.Requirements;
using Keycloak.ApiProtection.Diagnostics;
using Microsoft.AspNetCore.Authorization;

namespace Keycloak.ApiProtection;

/// <summary>Requires a token that was granted all of the given scopes (RFC 6749 section 3.3).</summary>
/// <remarks>The requirement is its own handler; it needs no registration.</remarks>
public sealed class ScopeRequirement : IKeycloakRequirement, IAuthorizationHandler
{
    private readonly string[] _scopes;

    /// <summary>Requires scopes.</summary>
    /// <param name="scopes">One or more scopes; all are required. Case-sensitive.</param>
    /// <exception cref="ArgumentException">There is no scope, or a scope is blank or contains white space.</exception>
    public ScopeRequirement(params string[] scopes) => _scopes = [.. KeycloakPolicyName.Scopes(scopes).Values];

    /// <summary>The scopes, all of which are required.</summary>
    public IReadOnlyList<string> Scopes => _scopes.AsReadOnly();

    string IKeycloakRequirement.Need =>
        $"{(_scopes.Length == 1 ? "scope" : "scopes")} {string.Join(", ", _scopes.Select(scope => $"'{scope}'"))}";

    /// <inheritdoc/>
    public Task HandleAsync(AuthorizationHandlerContext context) => RequirementHandling.Handle(this, context);

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(ScopeRequirement)}: {((IKeycloakRequirement)this).Need}";

    bool IKeycloakRequirement.IsMet(ClaimsPrincipal user, object? resource)
    {
        foreach (var scope in _scopes)
        {
            if (!user.HasScope(scope))
            {
                return false;
            }
        }

        return true;
    }

    Diagnosis IKeycloakRequirement.Diagnose(ClaimsPrincipal user) =>
        PermissionDiagnosis.Scopes(user, [.. _scopes.Where(scope => !user.HasScope(scope))]);
}
