using Microsoft.AspNetCore.Authorization;

namespace Keycloak.ApiProtection.Authorization.Requirements;

/// <summary>Handles a requirement: it succeeds, or it stores the missing permission for the 403 response.</summary>
internal static class RequirementHandling
{
    public static Task Handle(IKeycloakRequirement requirement, AuthorizationHandlerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);

        // IAuthorizationService accepts a null user. Then the requirement is not met, and there is nothing to explain.
        if (context.User is not { } user)
        {
            return Task.CompletedTask;
        }

        if (requirement.IsMet(user, context.Resource))
        {
            context.Succeed(requirement);
        }
        else
        {
            // Not context.Fail(): another handler of the application may still succeed, for example for administrators.
            MissingPermission.Record(context);
        }

        return Task.CompletedTask;
    }
}
