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

/// <summary>Keycloak itself must call the token active (RFC 7662).</summary>
/// <remarks>
/// It handles itself; nothing needs to be registered but <c>AddKeycloakBearer()</c> with credentials. What cannot be confirmed is not met: without a request, or where the user
/// was authenticated by another scheme.
/// </remarks>
public sealed class ActiveTokenRequirement : IKeycloakRequirement, IAuthorizationHandler
{
    /// <summary>Asks for an active token.</summary>
    /// <param name="maxAge">How old Keycloak's word may be. Null: <see cref="KeycloakBearerOptions.Freshness"/>. Zero: asked for every request; at most 1 hour.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or more than 1 hour.</exception>
    public ActiveTokenRequirement(TimeSpan? maxAge = null) => MaxAge = KeycloakPolicyName.ActiveToken(maxAge).MaxAge;

    /// <summary>Gets how old Keycloak's word may be; null: <see cref="KeycloakBearerOptions.Freshness"/>.</summary>
    public TimeSpan? MaxAge { get; }

    string IKeycloakRequirement.Need => "a token that Keycloak calls active";

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

    // Asked only after HandleAsync, for the answer that says why.
    bool IKeycloakRequirement.IsMet(ClaimsPrincipal user, object? resource) =>
        MissingPermission.HttpContextOf(resource) is { } http && http.Features.Get<UnconfirmedToken>() is null;

    Diagnosis IKeycloakRequirement.Diagnose(ClaimsPrincipal user) => new(
        "The endpoint requires a token that Keycloak calls active, and that could not be confirmed.",
        "If the user was not authenticated by AddKeycloakBearer's scheme: name it in the endpoint's AuthenticationSchemes, or make it the default.");
}
