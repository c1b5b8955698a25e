using System.Security.Claims;
using System.Text;
using Keycloak.ApiProtection.Authorization.Requirements;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Authorization;

/// <summary>What an endpoint needs and a user lacked: for the 403 that says why, and for the log.</summary>
/// <remarks>
/// For the client only what the endpoint needs, all of it and the same for everybody: neither what the token carried nor which part of it failed.
/// For the log everything.
/// </remarks>
internal sealed class MissingPermission
{
    private readonly IAuthorizationRequirement[] _needed;
    private readonly ClaimsPrincipal _user;
    private readonly object? _resource;

    private MissingPermission(IEnumerable<IAuthorizationRequirement> needed, ClaimsPrincipal user, object? resource)
    {
        _needed = [.. needed.Distinct()];
        _user = user;
        _resource = resource;
    }

    /// <summary>The scopes that the endpoint needs, space-separated for <c>scope="..."</c>; null where it needs none.</summary>
    /// <remarks>Only characters of a scope-token (RFC 6749 section 3.3): a scope with others cannot stand in a header and is left out.</remarks>
    public string? Scope
    {
        get
        {
            var scopes = _needed.OfType<ScopeRequirement>().SelectMany(requirement => requirement.Scopes).Where(IsScopeToken).Distinct().ToArray();
            return scopes.Length == 0 ? null : string.Join(' ', scopes);
        }
    }

    /// <summary>What the endpoint needs, in words that can stand in <c>error_description="..."</c> (RFC 6750 section 3).</summary>
    public string Description => HeaderText($"The endpoint needs {string.Join(" and ", _needed.Select(Need).OfType<string>())}.");

    /// <summary>Why the user was refused: one diagnosis for each requirement that failed; none where nothing that is known here failed.</summary>
    public IReadOnlyList<Diagnosis> Diagnoses => [.. Failed(_needed, _user, _resource).Select(requirement => Diagnose(requirement, _user))];

    /// <summary>The diagnoses for the log; one that points to the application's policies where nothing that is known here failed.</summary>
    public static IReadOnlyList<Diagnosis> DiagnosesOf(MissingPermission? missing) => missing?.Diagnoses is { Count: > 0 } found
        ? found
        : [new Diagnosis("A requirement of the application's own was not met.", "Look at the policies of this endpoint.")];

    /// <summary>Leaves word in the request's features. Where the resource is no request (a hub's method, a document), nothing can be answered.</summary>
    public static void Record(AuthorizationHandlerContext context)
    {
        if (HttpContextOf(context.Resource) is { } http)
        {
            http.Features.Set(new MissingPermission(context.Requirements, context.User, context.Resource));
        }
    }

    /// <summary>
    /// Why this request was forbidden: what a requirement of ours left word of, else what the endpoint's metadata says, such as
    /// <c>[Authorize(Roles = "...")]</c>. Null where the reason is none that is known here.
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

    private static IEnumerable<IAuthorizationRequirement> Failed(IEnumerable<IAuthorizationRequirement> needed, ClaimsPrincipal user, object? resource) =>
        needed.Where(requirement => requirement switch
        {
            IKeycloakRequirement ours => !ours.IsMet(user, resource),
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
            // Providers answer at once, but for those that ask a database: their policies stay unexplained rather than being waited for.
            if (data.Policy is { Length: > 0 } name && provider?.GetPolicyAsync(name) is { IsCompletedSuccessfully: true, Result: { } policy })
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
        IKeycloakRequirement ours => ours.Need,
        RolesAuthorizationRequirement roles => $"role {string.Join(" or ", roles.AllowedRoles.Select(role => $"'{role}'"))}",
        _ => null,
    };

    private static Diagnosis Diagnose(IAuthorizationRequirement requirement, ClaimsPrincipal user) => requirement switch
    {
        ActiveTokenRequirement active => ((IKeycloakRequirement)active).Diagnose(user),
        IKeycloakRequirement ours => PermissionDiagnosis.NoRights(user) ?? ours.Diagnose(user),
        RolesAuthorizationRequirement roles => PermissionDiagnosis.Roles(user, [.. roles.AllowedRoles]),
        _ => default,
    };

    private static bool IsScopeToken(string scope) => scope.Length > 0 && scope.All(c => c is '!' or (>= '#' and <= '[') or (>= ']' and <= '~'));

    private static string HeaderText(string text)
    {
        var safe = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            safe.Append(c is ' ' or '!' or (>= '#' and <= '[') or (>= ']' and <= '~') ? c : '?');
        }

        return safe.ToString();
    }
}
