using Keycloak.ApiProtection.Authorization;
using Keycloak.ApiProtection.Claims;
using Microsoft.AspNetCore.Authorization;

namespace Keycloak.ApiProtection.TokenCheck;

/// <summary>Requires that the user was authenticated by an access token of Keycloak.</summary>
/// <remarks>
/// A user authenticated by a cookie or another method does not have the claims that are reported to the API. The requirement is its own
/// handler, and stores the identity for the response. Without it there is no response with 200, even if authorization was disabled or
/// overridden.
/// </remarks>
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
            // A claims transformation may have replaced the handler's identity with another one of the same authentication type.
            if (identity is KeycloakIdentity || schemes.Contains(identity.AuthenticationType))
            {
                // Only one identity: the rights of one token must not be combined with the name of another.
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
