using System.Security.Claims;
using Keycloak.ApiProtection.Authorization;
using Keycloak.ApiProtection.Authorization.Policies;
using Keycloak.ApiProtection.Authorization.Requirements;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Realms;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;

namespace Keycloak.ApiProtection;

/// <summary>Requires a token that Keycloak reports as active (RFC 7662).</summary>
/// <remarks>
/// The requirement is its own handler; only <c>AddKeycloakBearer()</c> with credentials is needed. If the token cannot be confirmed, the
/// requirement is not met: for example without an HTTP request, or if the user was authenticated by another scheme.
/// </remarks>
public sealed class ActiveTokenRequirement : IKeycloakRequirement, IAuthorizationHandler
{
    /// <summary>Requires an active token.</summary>
    /// <param name="maxAge">
    /// The maximum age of Keycloak's response. Null: <see cref="KeycloakIntrospectionOptions.Freshness"/>. Zero: introspect on every
    /// request. At most 1 hour.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The age is negative or more than 1 hour.</exception>
    public ActiveTokenRequirement(TimeSpan? maxAge = null) => MaxAge = KeycloakPolicyName.ActiveToken(maxAge).MaxAge;

    /// <summary>Gets the maximum age of Keycloak's response; null: <see cref="KeycloakIntrospectionOptions.Freshness"/>.</summary>
    public TimeSpan? MaxAge { get; }

    string IKeycloakRequirement.Need => "a token that Keycloak reports as active";

    /// <inheritdoc/>
    public async Task HandleAsync(AuthorizationHandlerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var hub = context.Resource as HubInvocationContext;
        var http = hub is not null ? hub.Context.GetHttpContext() : MissingPermission.HttpContextOf(context.Resource);
        if (http is null || context.User?.Identity?.IsAuthenticated != true)
        {
            return;
        }

        if (await ActiveTokens.ConfirmAsync(http, context.User, MaxAge, again: hub is not null))
        {
            context.Succeed(this);
        }
        else
        {
            MissingPermission.Record(context);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(ActiveTokenRequirement)}: {((IKeycloakRequirement)this).Need}";

    // Called only after HandleAsync, to explain the 403 response.
    bool IKeycloakRequirement.IsMet(ClaimsPrincipal user, object? resource) =>
        MissingPermission.HttpContextOf(resource) is { } http && http.Features.Get<UnacceptedToken>() is null;

    Diagnosis IKeycloakRequirement.Diagnose(ClaimsPrincipal user) => new(
        "The endpoint requires a token that Keycloak reports as active, and this could not be confirmed.",
        "If the user was not authenticated by the scheme of AddKeycloakBearer, name this scheme in the endpoint's AuthenticationSchemes, "
            + "or make it the default scheme.");
}
