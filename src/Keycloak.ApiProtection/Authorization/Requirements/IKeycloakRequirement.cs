using System.Security.Claims;
using Keycloak.ApiProtection.Diagnostics;
using Microsoft.AspNetCore.Authorization;

namespace Keycloak.ApiProtection.Authorization.Requirements;

/// <summary>What our requirements have in common for the answer that says why.</summary>
internal interface IKeycloakRequirement : IAuthorizationRequirement
{
    /// <summary>What is needed, in words for the client: of the endpoint only, nothing of the user.</summary>
    public string Need { get; }

    public bool IsMet(ClaimsPrincipal user, object? resource);

    /// <summary>Why this user does not meet it, for the log.</summary>
    public Diagnosis Diagnose(ClaimsPrincipal user);
}
