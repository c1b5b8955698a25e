using System.Security.Claims;
using Keycloak.ApiProtection.Authorization;
using Keycloak.ApiProtection.Authorization.Requirements;
using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Tokens;
using Microsoft.AspNetCore.Authorization;

namespace Keycloak.ApiProtection;

/// <summary>
/// Requires a token that is bound to a key (DPoP, RFC 9449) or to a client certificate (RFC 8705), so that a stolen token is worth nothing.
/// </summary>
/// <remarks>
/// The scheme of <c>AddKeycloakBearer()</c> checks the proof of every bound token. This requirement also rejects tokens that are not bound.
/// Users of other handlers do not meet it, because it is not known whether their proofs were checked. It is its own handler.
/// </remarks>
public sealed class ProofOfPossessionRequirement : IKeycloakRequirement, IAuthorizationHandler
{
    string IKeycloakRequirement.Need => "a token that is bound to a key";

    /// <inheritdoc/>
    public Task HandleAsync(AuthorizationHandlerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.User is { Identity.IsAuthenticated: true } user && !IsMet(user)
            && MissingPermission.HttpContextOf(context.Resource) is { } http
            && http.Features.Get<UnacceptedToken>() is null)
        {
            http.Features.Set(new UnacceptedToken(Decision<AccessToken>.Rejected(TokenRejection.ProofRequired)));
        }

        return RequirementHandling.Handle(this, context);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{nameof(ProofOfPossessionRequirement)}: {((IKeycloakRequirement)this).Need}";

    bool IKeycloakRequirement.IsMet(ClaimsPrincipal user, object? resource) => IsMet(user);

    Diagnosis IKeycloakRequirement.Diagnose(ClaimsPrincipal user) =>
        new(TokenRejection.ProofRequired.Reason, TokenRejection.ProofRequired.Remedy);

    // Each identity of the user must be bound: the rights of another, unbound token could otherwise be used.
    private static bool IsMet(ClaimsPrincipal user)
    {
        var isBound = false;
        foreach (var identity in new RightsIdentities(user))
        {
            if (identity is not KeycloakIdentity { Confirmation: not null })
            {
                return false;
            }

            isBound = true;
        }

        return isBound;
    }
}
