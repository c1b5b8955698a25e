using Keycloak.ApiProtection.Authorization;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Http;
using Keycloak.ApiProtection.Tokens;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection;

/// <summary>
/// A request that authentication or authorization denied: its challenge (400, 401, 503) or its 403, with the log line and the event.
/// </summary>
internal readonly struct DeniedRequest(
    HttpContext context,
    AuthenticationScheme scheme,
    KeycloakBearerOptions options,
    KeycloakBearerEvents events,
    RejectionLog rejections)
{
    /// <summary>Challenges the client after the authentication of the request.</summary>
    public Task ChallengeAsync(AuthenticationProperties properties, AuthenticateResult result)
    {
        if (result.None && BearerMessage.NotRead(context, options.QueryTokenPaths) is { } notRead)
        {
            rejections.TokenNotRead(scheme.Name, notRead);
        }

        return ChallengeAsync(properties, result.Failure);
    }

    /// <summary>Denies an authenticated request, because its token does not permit it.</summary>
    public Task ForbidAsync(AuthenticationProperties properties)
    {
        // A token that is not active or not bound is an authentication failure and not a missing permission.
        if (context.Features.Get<UnacceptedToken>() is { } unaccepted)
        {
            return ChallengeAsync(properties, FailureOf(unaccepted.Decision));
        }

        // Null: the application itself denied access.
        var missing = MissingPermission.Explain(context);
        var endpoint = context.GetEndpoint()?.DisplayName ?? "(no endpoint)";
        var isLogged = rejections.MayTake(scheme.Name, endpoint);

        // Only another login is missing: the client can get it, so the response is a challenge (RFC 9470) and not a 403.
        if (missing?.StepUp is { Obstacle: null } stepUp)
        {
            if (isLogged)
            {
                rejections.AuthenticationInsufficient(scheme.Name, endpoint, missing.Diagnoses);
            }

            return ChallengeAsync(
                properties,
                failure: null,
                challenge => challenge.RequireAuthentication(missing.Description, stepUp.AcrValues, stepUp.MaxAge));
        }

        if (isLogged)
        {
            rejections.PermissionMissing(scheme.Name, endpoint, MissingPermission.DiagnosesOf(missing));
        }

        return ForbidAsync(missing?.Description ?? "The access token does not permit this request", missing?.Scope);
    }

    private async Task ForbidAsync(string description, string? scopes)
    {
        var response = new BearerResponse(context, options);
        response.Forbid(description, scopes);
        await events.Forbidden(new ForbiddenContext(context, scheme, options));
        await response.WriteBodyAsync(description);
    }

    private async Task ChallengeAsync(AuthenticationProperties properties, Exception? failure, Action<ChallengeContext>? change = null)
    {
        var unavailable = failure as RealmUnavailableException;
        var response = new BearerResponse(context, options);
        var isUndecidedElsewhere = unavailable is null && response.IsUndecidedElsewhere;
        var challenge = ChallengeContext.For(context, scheme, options, properties, failure, isUndecidedElsewhere);
        change?.Invoke(challenge);
        response.SetStatus(challenge.StatusCode);
        await events.Challenge(challenge);
        if (!challenge.Handled && !isUndecidedElsewhere)
        {
            await response.ChallengeAsync(challenge, unavailable?.RetryAfter);
        }
    }

    private Exception FailureOf(Decision<AccessToken> decision)
    {
        if (!decision.IsRejected(out var rejection))
        {
            return new RealmUnavailableException(decision.RetryAfter);
        }

        rejections.TokenRejected(scheme.Name, rejection);
        return new TokenRejectedException(rejection);
    }
}
