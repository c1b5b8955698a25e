using Microsoft.AspNetCore.Authorization;

namespace Keycloak.ApiProtection.Authorization.Requirements;

/// <summary>How a requirement handles itself: it succeeds, or it leaves word for the answer that will say what was missing.</summary>
internal static class RequirementHandling
{
    public static Task Handle(IKeycloakRequirement requirement, AuthorizationHandlerContext context)
    {
        // Nobody can be asked about through IAuthorizationService; then nothing is met, and there is nothing to explain.
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
            // Not context.Fail(): another handler of the application may still let its administrators pass.
            MissingPermission.Record(context);
        }

        return Task.CompletedTask;
    }
}
