using System.Security.Claims;
using System.Text.Encodings.Web;
using Keycloak.ApiProtection.Authorization;
using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Http;
using Keycloak.ApiProtection.Introspection;
using Keycloak.ApiProtection.Schemes;
using Keycloak.ApiProtection.Tokens;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection;

/// <summary>
/// Authenticates a request with the access token that it carries, and writes the challenge and the 403 response. The scheme's
/// runtime verifies the token.
/// </summary>
internal sealed class KeycloakBearerHandler(
    IOptionsMonitor<KeycloakBearerOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    KeycloakSchemes schemes,
    RejectionLog rejections) : AuthenticationHandler<KeycloakBearerOptions>(options, loggers, encoder)
{
    private new KeycloakBearerEvents Events => (KeycloakBearerEvents)base.Events!;

    protected override Task<object> CreateEventsAsync() => Task.FromResult<object>(new KeycloakBearerEvents());

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() =>
        Events.ListensToAuthenticationFailed ? AuthenticateAndNotifyAsync() : AuthenticateCoreAsync();

    // As in JwtBearer, the event gets each rejection, and exceptions from other events or from an aborted request. Exceptions are rethrown.
    private async Task<AuthenticateResult> AuthenticateAndNotifyAsync()
    {
        AuthenticateResult result;
        try
        {
            result = await AuthenticateCoreAsync();
        }
        catch (Exception exception)
        {
            if (await NotifyFailureAsync(exception) is { } replacement)
            {
                return replacement;
            }

            throw;
        }

        // A failure that an event has set is not reported to another event.
        return result.Failure is TokenRejectedException or RealmUnavailableException
            ? await NotifyFailureAsync(result.Failure) ?? result
            : result;
    }

    private async Task<AuthenticateResult> AuthenticateCoreAsync()
    {
        // If nothing listens to the event, this avoids a context object and another state machine.
        BearerMessage message;
        if (!Events.ListensToMessageReceived)
        {
            message = BearerMessage.Read(Request, Options.QueryTokenPaths);
        }
        else
        {
            var received = new MessageReceivedContext(Context, Scheme, Options);
            await Events.MessageReceived(received);
            if (received.Result is { } result)
            {
                return result;
            }

            // Read after the event, because it may have set or removed a header.
            message = string.IsNullOrEmpty(received.Token)
                ? BearerMessage.Read(Request, Options.QueryTokenPaths)
                : BearerMessage.From(received.Token);
        }

        var scheme = schemes.Get(Scheme.Name, Options);
        if (message.Rejection is { } malformed)
        {
            return Reject(scheme, malformed, default);
        }

        if (message.Token.IsEmpty)
        {
            return AuthenticateResult.NoResult();
        }

        if (!scheme.Verifier.TryVerify(message.Token.Span, out var verification))
        {
            // RequestAborted costs the web server an object and a lock, so only a request that waits for keys reads it.
            verification = await scheme.Verifier.VerifyAsync(message.Token, Context.RequestAborted);
        }

        if (!verification.IsAccepted(out var token))
        {
            return verification.IsRejected(out var rejection)
                ? Reject(scheme, message.Malformed ?? rejection, message.Token)
                : AuthenticateResult.Fail(new RealmUnavailableException(verification.RetryAfter));
        }

        if (scheme.Revocations.Find(token) is { } revoked)
        {
            return Reject(scheme, revoked, message.Token);
        }

        // If routing has not run yet, authorization applies the endpoint's [RequireActiveToken].
        var demand = ActiveTokenDemand.Of(Context.GetEndpoint());
        return scheme.Introspector is { } introspector && introspector.Wants(token, demand.IsMade, demand.MaxAge, out var maxAge)
            ? await IntrospectAsync(scheme, introspector, token, message.Token, maxAge, mayBeStale: demand.MaxAge is null)
            : await AcceptAsync(scheme, token, token.Claims, message.Token, confirmedAge: null);
    }

    private async ValueTask<AuthenticateResult> IntrospectAsync(
        KeycloakScheme scheme,
        Introspector introspector,
        AccessToken token,
        ReadOnlyMemory<char> text,
        TimeSpan maxAge,
        bool mayBeStale)
    {
        var result = await introspector.AskAsync(token, text, maxAge, mayBeStale, Context.RequestAborted);
        if (!result.IsAccepted(out var claims))
        {
            return result.IsRejected(out var rejection)
                ? Reject(scheme, rejection, text)
                : AuthenticateResult.Fail(new RealmUnavailableException(result.RetryAfter));
        }

        // Checked again: the response may contain the user or session of the token, and a revocation may have arrived during the wait.
        return scheme.Revocations.Find(token) is { } revoked
            ? Reject(scheme, revoked, text)
            : await AcceptAsync(scheme, token, claims, text, maxAge);
    }

    private ValueTask<AuthenticateResult> AcceptAsync(
        KeycloakScheme scheme, AccessToken token, AccessTokenClaims claims, ReadOnlyMemory<char> text, TimeSpan? confirmedAge)
    {
        AcceptedToken.Publish(Context, scheme, token, text, confirmedAge);
        var properties = TicketProperties.Of(token);
        if (Options.SaveToken)
        {
            properties.StoreTokens([new AuthenticationToken { Name = "access_token", Value = text.ToString() }]);
        }

        var principal = new ClaimsPrincipal(new KeycloakIdentity(claims, Scheme.Name));
        return Events.ListensToTokenValidated
            ? NotifyValidatedAsync(new TokenValidatedContext(Context, Scheme, Options, token, principal, properties))
            : new(AuthenticateResult.Success(new AuthenticationTicket(principal, properties, Scheme.Name)));
    }

    private AuthenticateResult Reject(KeycloakScheme scheme, TokenRejection rejection, ReadOnlyMemory<char> token)
    {
        // The details of this token are determined only if the log or an event uses them.
        var isLogged = rejections.MayTake(Scheme.Name, rejection);
        if (isLogged || Events.ListensToAuthenticationFailed)
        {
            rejection = TokenDiagnosis.Explain(rejection, token.Span, scheme.Verifier.Policy, TimeProvider.GetUtcNow());
        }

        if (isLogged)
        {
            rejections.TokenRejected(Scheme.Name, rejection);
        }

        return AuthenticateResult.Fail(new TokenRejectedException(rejection));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var result = await HandleAuthenticateOnceSafeAsync();
        if (result.None && BearerMessage.NotRead(Context, Options.QueryTokenPaths) is { } notRead)
        {
            rejections.TokenNotRead(Scheme.Name, notRead);
        }

        await ChallengeAsync(properties, result.Failure);
    }

    protected override async Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        // A token that is not active, or that could not be introspected, is an authentication failure and not a missing permission.
        if (Context.Features.Get<UnconfirmedToken>() is { } unconfirmed)
        {
            await ChallengeAsync(properties, FailureOf(unconfirmed.Decision));
            return;
        }

        // Null: the application itself denied access.
        var missing = MissingPermission.Explain(Context);
        var endpoint = Context.GetEndpoint()?.DisplayName ?? "(no endpoint)";
        var isLogged = rejections.MayTake(Scheme.Name, endpoint);

        // Only another login is missing: the client can get it, so the response is a challenge (RFC 9470) and not a 403.
        if (missing?.StepUp is { Obstacle: null } stepUp)
        {
            if (isLogged)
            {
                rejections.AuthenticationInsufficient(Scheme.Name, endpoint, missing.Diagnoses);
            }

            await ChallengeAsync(
                properties,
                failure: null,
                challenge => challenge.RequireAuthentication(missing.Description, stepUp.AcrValues, stepUp.MaxAge));
            return;
        }

        if (isLogged)
        {
            rejections.PermissionMissing(Scheme.Name, endpoint, MissingPermission.DiagnosesOf(missing));
        }

        var description = missing?.Description ?? "The access token does not permit this request";
        var response = new BearerResponse(Context, Options);
        response.Forbid(description, missing?.Scope);
        await Events.Forbidden(new ForbiddenContext(Context, Scheme, Options));
        await response.WriteBodyAsync(description);
    }

    private async Task ChallengeAsync(AuthenticationProperties properties, Exception? failure, Action<ChallengeContext>? change = null)
    {
        var unavailable = failure as RealmUnavailableException;
        var response = new BearerResponse(Context, Options);
        var isUndecidedElsewhere = unavailable is null && response.IsUndecidedElsewhere;
        var challenge = ChallengeContext.For(Context, Scheme, Options, properties, failure, isUndecidedElsewhere);
        change?.Invoke(challenge);
        response.SetStatus(challenge.StatusCode);
        await Events.Challenge(challenge);
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

        rejections.TokenRejected(Scheme.Name, rejection);
        return new TokenRejectedException(rejection);
    }

    private async ValueTask<AuthenticateResult> NotifyValidatedAsync(TokenValidatedContext validated)
    {
        await Events.TokenValidated(validated);
        return validated.Result
            ?? AuthenticateResult.Success(new AuthenticationTicket(validated.Principal!, validated.Properties, Scheme.Name));
    }

    private async Task<AuthenticateResult?> NotifyFailureAsync(Exception failure)
    {
        var failed = new AuthenticationFailedContext(Context, Scheme, Options, failure);
        await Events.AuthenticationFailed(failed);
        return failed.Result;
    }
}
