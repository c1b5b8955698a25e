using System.Security.Claims;
using Keycloak.ApiProtection.Authorization.Requirements;
using Keycloak.ApiProtection.Configuration;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Authorization;

/// <summary>The permissions that an endpoint needs and a user lacks, for the 403 response and for the log.</summary>
/// <remarks>
/// The client gets only the complete list of what the endpoint needs, which is the same for every user: neither the contents of the token
/// nor the requirement that failed, except whether another login would give access. The log gets everything.
/// </remarks>
internal sealed class MissingPermission
{
    private readonly IAuthorizationRequirement[] _needed;
    private readonly ClaimsPrincipal _user;
    private readonly object? _resource;
    private readonly AuthorizationHandlerContext? _context;

    private MissingPermission(
        IEnumerable<IAuthorizationRequirement> needed, ClaimsPrincipal user, object? resource, AuthorizationHandlerContext? context = null)
    {
        _needed = [.. needed.Distinct()];
        _user = user;
        _resource = resource;
        _context = context;
    }

    /// <summary>The login that is missing; null if nothing or something else is missing, too.</summary>
    /// <remarks>It is determined now, because not all requirements had been handled when the first missing permission was stored.</remarks>
    public StepUp? StepUp => _context is null ? null : StepUp.For(_context);

    /// <summary>The scopes that the endpoint needs, space-separated for <c>scope="..."</c>; null if it needs none.</summary>
    /// <remarks>
    /// A scope with characters that a scope-token does not allow (RFC 6749 section 3.3) cannot be sent in a header and is omitted.
    /// </remarks>
    public string? Scope
    {
        get
        {
            var scopes = _needed.OfType<ScopeRequirement>()
                .SelectMany(requirement => requirement.Scopes)
                .Where(IsScopeToken)
                .Distinct()
                .ToArray();
            return scopes.Length == 0 ? null : string.Join(' ', scopes);
        }
    }

    /// <summary>What the endpoint needs, as a text for <c>error_description="..."</c> (RFC 6750 section 3).</summary>
    public string Description
    {
        get
        {
            var obstacle = StepUp?.Obstacle is { } text ? $" {text}" : null;
            return HeaderText($"The endpoint needs {string.Join(" and ", _needed.Select(Need).OfType<string>())}.{obstacle}");
        }
    }

    /// <summary>Why the user was rejected: one diagnosis for each failed requirement of a known type.</summary>
    public IReadOnlyList<Diagnosis> Diagnoses => [.. Failed(_needed, _user, _resource).Select(requirement => Diagnose(requirement, _user))];

    /// <summary>The diagnoses for the log; one that points to the application's policies where nothing that is known here failed.</summary>
    public static IReadOnlyList<Diagnosis> DiagnosesOf(MissingPermission? missing) => missing?.Diagnoses is { Count: > 0 } found
        ? found
        : [new Diagnosis("A requirement of the application's own was not met.", "Look at the policies of this endpoint.")];

    /// <summary>Stores the missing permission in the request's features.</summary>
    /// <remarks>
    /// If the resource is not a request (but a hub method or a document), nothing is stored because there is no response.
    /// </remarks>
    public static void Record(AuthorizationHandlerContext context)
    {
        if (HttpContextOf(context.Resource) is { } http)
        {
            http.Features.Set(new MissingPermission(context.Requirements, context.User, context.Resource, context));
        }
    }

    /// <summary>
    /// Returns why this request was forbidden: what a Keycloak requirement stored, otherwise what the endpoint's metadata requires, such as
    /// <c>[Authorize(Roles = "...")]</c>. Null if the reason is not known.
    /// </summary>
    public static MissingPermission? Explain(HttpContext http)
    {
        if (http.Features.Get<MissingPermission>() is { } recorded)
        {
            return recorded;
        }

        var needed = OfEndpoint(http).ToArray();
        return Failed(needed, http.User, http).Any() ? new MissingPermission(needed, http.User, http) : null;
    }

    public static HttpContext? HttpContextOf(object? resource) => resource switch
    {
        HttpContext http => http,
        ActionContext action => action.HttpContext,
        _ => null,
    };

    private static IEnumerable<IAuthorizationRequirement> Failed(
        IEnumerable<IAuthorizationRequirement> needed, ClaimsPrincipal user, object? resource) =>
        needed.Where(requirement => requirement switch
        {
            IKeycloakRequirement keycloak => !keycloak.IsMet(user, resource),
            RolesAuthorizationRequirement roles => !roles.AllowedRoles.Any(user.IsInRole),
            _ => false,
        });

    private static IEnumerable<IAuthorizationRequirement> OfEndpoint(HttpContext http)
    {
        if (http.GetEndpoint() is not { } endpoint)
        {
            yield break;
        }

        var provider = http.RequestServices.GetService<IAuthorizationPolicyProvider>();
        foreach (var data in endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>())
        {
            // Most providers complete synchronously. Do not wait for others, such as one that reads a database: their policies are not
            // explained.
            if (data.Policy is { Length: > 0 } name
                && provider?.GetPolicyAsync(name) is { IsCompletedSuccessfully: true, Result: { } policy })
            {
                foreach (var requirement in policy.Requirements)
                {
                    yield return requirement;
                }
            }

            var roles = data.Roles?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (roles is { Length: > 0 })
            {
                yield return new RolesAuthorizationRequirement(roles);
            }
        }

        foreach (var requirement in endpoint.Metadata.GetOrderedMetadata<AuthorizationPolicy>().SelectMany(policy => policy.Requirements)
            .Concat(endpoint.Metadata.GetOrderedMetadata<IAuthorizationRequirementData>().SelectMany(data => data.GetRequirements())))
        {
            yield return requirement;
        }
    }

    private static string? Need(IAuthorizationRequirement requirement) => requirement switch
    {
        IKeycloakRequirement keycloak => keycloak.Need,
        RolesAuthorizationRequirement roles => $"role {string.Join(" or ", roles.AllowedRoles.Select(role => $"'{role}'"))}",
        _ => null,
    };

    private static Diagnosis Diagnose(IAuthorizationRequirement requirement, ClaimsPrincipal user) => requirement switch
    {
        ActiveTokenRequirement active => ((IKeycloakRequirement)active).Diagnose(user),
        IKeycloakRequirement keycloak => PermissionDiagnosis.NoRights(user) ?? keycloak.Diagnose(user),
        RolesAuthorizationRequirement roles => PermissionDiagnosis.Roles(user, [.. roles.AllowedRoles]),
        _ => default,
    };

    private static bool IsScopeToken(string scope) =>
        scope.Length > 0 && scope.All(letter => letter != ' ' && ChallengeText.Allows(letter));

    private static string HeaderText(string text) => new([.. text.Select(letter => ChallengeText.Allows(letter) ? letter : '?')]);
}
