using System.Security.Claims;
using Keycloak.ApiProtection.Diagnostics;
using Microsoft.AspNetCore.Authorization;

namespace Keycloak.ApiProtection.Authorization.Requirements;

/// <summary>A requirement of this library that can explain to the client and in the log why it is not met.</summary>
internal interface IKeycloakRequirement : IAuthorizationRequirement
{
    /// <summary>What the endpoint needs, as a text for the client. It contains nothing about the user.</summary>
    public string Need { get; }

    public bool IsMet(ClaimsPrincipal user, object? resource);

    /// <summary>Why this user does not meet it, for the log.</summary>
    public Diagnosis Diagnose(ClaimsPrincipal user);
}
