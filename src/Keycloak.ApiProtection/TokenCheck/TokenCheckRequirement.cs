using Keycloak.ApiProtection.Authorization;
using Keycloak.ApiProtection.Claims;
using Microsoft.AspNetCore.Authorization;

namespace Keycloak.ApiProtection.TokenCheck;

/// <summary>The user must come from an access token of Keycloak: a cookie, or whatever else the application knows its users by, has no claims to tell an API of.</summary>
/// <remarks>It handles itself, and leaves the identity for the answer: without it there is none, even where authorization was switched off or overridden.</remarks>
internal sealed class TokenCheckRequirement(string[] schemes) : IAuthorizationRequirement, IAuthorizationHandler
{
    /// <inheritdoc />
    public Task HandleAsync(AuthorizationHandlerContext context)
    {
        if (MissingPermission.HttpContextOf(context.Resource) is not { } http || context.User is not { } user)
        {
            return Task.CompletedTask;
        }

        foreach (var identity in new AuthenticatedIdentities(user))
        {
            // A claims transformation may have exchanged the handler's identity for one of its own, of the same type of authentication.
            if (identity is KeycloakIdentity || schemes.Contains(identity.AuthenticationType))
            {
                // One alone: rights of one token must not stand beside the name of another.
                http.Features.Set(new CheckedIdentity(identity));
                context.Succeed(this);
                break;
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override string ToString() => $"{nameof(TokenCheckRequirement)}: an access token of the scheme {string.Join(" or ", schemes)}";
}
