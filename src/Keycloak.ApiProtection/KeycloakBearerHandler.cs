using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Keycloak.ApiProtection.Authorization;
using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Http;
using Keycloak.ApiProtection.Introspection;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Tokens;
using Keycloak.ApiProtection.Tokens.Rules;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Keycloak.ApiProtection;

/// <summary>Leads a request through: message in, ticket or challenge out. What a token must fulfil is decided in Tokens.</summary>
internal sealed class KeycloakBearerHandler(
    IOptionsMonitor<KeycloakBearerOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    RejectionLog refusals) : AuthenticationHandler<KeycloakBearerOptions>(options, loggers, encoder)
{
    private AccessToken? _accepted;
    private ReadOnlyMemory<char> _text;
    private long _confirmedTicks = long.MaxValue;
    private bool _failureWasTold;

    /// <summary>Whether a token of this request was let in.</summary>
    internal bool HasAcceptedToken => _accepted is not null;

    private new KeycloakBearerEvents Events => (KeycloakBearerEvents)base.Events!;

    /// <summary>At authorization: whether Keycloak calls the request's token active. Null: it does; else why that is not so, or not known.</summary>
    /// <param name="maxAge">How old its word may be; null: the freshness.</param>
    /// <param name="again">Whether what was confirmed at authentication is too long ago to count.</param>
    internal async ValueTask<Exception?> ConfirmActiveAsync(TimeSpan? maxAge, bool again)
    {
        var age = maxAge ?? Options.Freshness;
        if (Options.Introspector is not { } introspector || _accepted is not { } token)
        {
            return new RealmUnavailableException(TimeSpan.FromSeconds(1));
        }

        // What was asked when this request came in counts for all of it.
        if (!again && _confirmedTicks <= age.Ticks)
        {
            return RevocationOf(token);
        }

        if (ExpiryRule.IsOver(token.ExpiresAt.ToUnixTimeSeconds(), TimeProvider.GetUtcNow(), Options.ClockSkew))
        {
            return new TokenRejectedException(TokenRejection.Expired);
        }

        var result = await introspector.AskAsync(token, _text, age, mayBeStale: maxAge is null, Context.RequestAborted);
        return result.IsActive(out _) ? RevocationOf(token)
            : result.IsRejected(out var rejection) ? new TokenRejectedException(rejection)
            : new RealmUnavailableException(result.RetryAfter);
    }

    /// <summary>Why the token is revoked by now; null where it is not.</summary>
    private TokenRejectedException? RevocationOf(AccessToken token) =>
        Options.Revocations.Value.Find(token) is { } revoked ? new TokenRejectedException(revoked) : null;

    protected override Task<object> CreateEventsAsync() => Task.FromResult<object>(new KeycloakBearerEvents());

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() =>
        Events.ListensToAuthenticationFailed ? AuthenticateAndTellAsync() : AuthenticateCoreAsync();

    // As in JwtBearer: the event sees what another event, or an aborted request, has thrown; then it is thrown again.
    private async Task<AuthenticateResult> AuthenticateAndTellAsync()
    {
        try
        {
            return await AuthenticateCoreAsync();
        }
        catch (Exception exception) when (!_failureWasTold)
        {
            var result = await TellFailureAsync(exception);
            if (result is not null)
            {
                return result;
            }

            throw;
        }
    }

    private async Task<AuthenticateResult> AuthenticateCoreAsync()
    {
        // What nobody waits for or listens to costs nothing: no context, no state machine but this one.
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

            // Not before the event: it may have set or removed a header.
            message = string.IsNullOrEmpty(received.Token) ? BearerMessage.Read(Request, Options.QueryTokenPaths) : BearerMessage.From(received.Token);
        }

        if (message.Rejection is { } malformed)
        {
            return await RejectAsync(malformed, default);
        }

        if (message.Token.IsEmpty)
        {
            return AuthenticateResult.NoResult();
        }

        var verifier = Options.Verifier.Value;
        if (!verifier.TryVerify(message.Token.Span, out var verification))
        {
            // Only who waits asks for this: it costs the web server an object and a lock.
            verification = await verifier.VerifyAsync(message.Token, Context.RequestAborted);
        }

        if (!verification.IsAccepted(out var token))
        {
            return verification.IsRejected(out var rejection)
                ? await RejectAsync(message.Malformed ?? rejection, message.Token)
                : await FailAsync(new RealmUnavailableException(verification.RetryAfter));
        }

        if (Options.Revocations.Value.Find(token) is { } revoked)
        {
            return await RejectAsync(revoked, message.Token);
        }

        // Where the endpoint is not known yet, its own demand is met when it is authorized.
        var demand = ActiveTokenDemand.Of(Context.GetEndpoint());
        return Options.Introspector is { } introspector && introspector.Wants(token, demand, out var maxAge)
            ? await IntrospectAsync(introspector, token, message.Token, maxAge, mayBeStale: demand.MaxAge is null)
            : await AcceptAsync(token, token.Claims, message.Token);
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties) =>
        await ChallengeAsync(properties, (await HandleAuthenticateOnceSafeAsync()).Failure);

    private async Task ChallengeAsync(AuthenticationProperties properties, Exception? failure)
    {
        var rejection = (failure as TokenRejectedException)?.Rejection;
        var unavailable = failure as RealmUnavailableException;
        if (failure is null && !HasAcceptedToken && BearerMessage.NotRead(Context, Options.QueryTokenPaths) is { } notRead)
        {
            refusals.TokenNotRead(Scheme.Name, notRead);
        }

        // Of several schemes another one cannot decide yet: that this one refuses the token does not make it a bad one.
        var isUndecidedElsewhere = unavailable is null && Response.StatusCode == StatusCodes.Status503ServiceUnavailable;
        var challenge = new ChallengeContext(Context, Scheme, Options, properties)
        {
            AuthenticateFailure = failure,
            StatusCode = unavailable is not null || isUndecidedElsewhere ? StatusCodes.Status503ServiceUnavailable
                : rejection?.Error == "invalid_request" ? StatusCodes.Status400BadRequest
                : StatusCodes.Status401Unauthorized,
            Error = failure is null || unavailable is not null ? null : rejection?.Error ?? "invalid_token",
            ErrorDescription = rejection?.Description,
        };
        if (!Response.HasStarted)
        {
            // An event that writes a body and sets no status must not make a success of it.
            Response.StatusCode = challenge.StatusCode;
        }

        await Events.Challenge(challenge);

        // Another scheme with a body, or the event, may have sent the response: nothing can be added to it.
        if (challenge.Handled || isUndecidedElsewhere || Response.HasStarted)
        {
            return;
        }

        Response.StatusCode = challenge.StatusCode;
        if (unavailable is not null && challenge.StatusCode == StatusCodes.Status503ServiceUnavailable)
        {
            Response.Headers.RetryAfter = Math.Ceiling(unavailable.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }
        else
        {
            Bearer().With("error", challenge.Error)
                .With("error_description", challenge.ErrorDescription)
                .With("error_uri", challenge.ErrorUri)
                .AppendTo(Response);
        }

        await WriteBodyAsync(challenge.ErrorDescription);
    }

    protected override async Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        // A token that turned out at authorization to be no longer active, or about which nobody could say so, is no matter of permission.
        if (ActiveTokens.FailureOf(Context) is { } failure)
        {
            if (failure is TokenRejectedException { Rejection: var rejection } && refusals.MayTake(Scheme.Name, rejection))
            {
                refusals.TokenRejected(Scheme.Name, rejection);
            }

            await ChallengeAsync(properties, failure);
            return;
        }

        // What our requirements left word of, or what the endpoint's metadata says; null where the application decided by itself.
        var missing = MissingPermission.Explain(Context);
        Report(missing);
        var description = missing?.Description ?? "The access token does not permit this request";
        if (!Response.HasStarted)
        {
            Response.StatusCode = StatusCodes.Status403Forbidden;
            Bearer().With("error", "insufficient_scope")
                .With("error_description", description)
                .With("scope", missing?.Scope)
                .AppendTo(Response);
        }

        await Events.Forbidden(new ForbiddenContext(Context, Scheme, Options));
        await WriteBodyAsync(description);
    }

    private async ValueTask<AuthenticateResult> IntrospectAsync(
        Introspector introspector, AccessToken token, ReadOnlyMemory<char> text, TimeSpan maxAge, bool mayBeStale)
    {
        var result = await introspector.AskAsync(token, text, maxAge, mayBeStale, Context.RequestAborted);
        if (result.IsActive(out var claims))
        {
            // Once more: Keycloak's answer may say whose token it is, and an event may have come while it was awaited.
            if (Options.Revocations.Value.Find(token) is { } revoked)
            {
                return await RejectAsync(revoked, text);
            }

            _confirmedTicks = maxAge.Ticks;
            return await AcceptAsync(token, claims, text);
        }

        return result.IsRejected(out var rejection) ? await RejectAsync(rejection, text) : await FailAsync(new RealmUnavailableException(result.RetryAfter));
    }

    private ValueTask<AuthenticateResult> AcceptAsync(AccessToken token, AccessTokenClaims claims, ReadOnlyMemory<char> text)
    {
        var properties = TicketProperties.Of(token);
        if (Options.SaveToken)
        {
            properties.StoreTokens([new AuthenticationToken { Name = "access_token", Value = text.ToString() }]);
        }

        (_accepted, _text) = (token, text);
        var principal = new ClaimsPrincipal(new KeycloakIdentity(claims, Scheme.Name));
        return Events.ListensToTokenValidated
            ? TellAsync(new TokenValidatedContext(Context, Scheme, Options, token, principal, properties))
            : new(AuthenticateResult.Success(new AuthenticationTicket(principal, properties, Scheme.Name)));
    }

    private async ValueTask<AuthenticateResult> TellAsync(TokenValidatedContext validated)
    {
        await Events.TokenValidated(validated);
        return validated.Result ?? AuthenticateResult.Success(new AuthenticationTicket(validated.Principal!, validated.Properties, Scheme.Name));
    }

    private ValueTask<AuthenticateResult> RejectAsync(TokenRejection rejection, ReadOnlyMemory<char> token)
    {
        // What was found in this token is worked out only where somebody will read it.
        var isRead = refusals.MayTake(Scheme.Name, rejection);
        if (isRead || Events.ListensToAuthenticationFailed)
        {
            rejection = TokenDiagnosis.Explain(rejection, token.Span, Options.Verifier.Value.Policy, TimeProvider.GetUtcNow());
        }

        if (isRead)
        {
            refusals.TokenRejected(Scheme.Name, rejection);
        }

        return FailAsync(new TokenRejectedException(rejection));
    }

    private async ValueTask<AuthenticateResult> FailAsync(Exception failure)
    {
        var result = Events.ListensToAuthenticationFailed ? await TellFailureAsync(failure) : null;
        return result ?? AuthenticateResult.Fail(failure);
    }

    /// <summary>Calls the event, once for a request; null when it set no result.</summary>
    private async Task<AuthenticateResult?> TellFailureAsync(Exception failure)
    {
        _failureWasTold = true;
        var failed = new AuthenticationFailedContext(Context, Scheme, Options, failure);
        await Events.AuthenticationFailed(failed);
        return failed.Result;
    }

    private void Report(MissingPermission? missing)
    {
        // Once a minute for each endpoint and lack: whoever has a token can be forbidden as often as they like.
        var endpoint = Context.GetEndpoint()?.DisplayName ?? "(no endpoint)";
        if (refusals.MayTake(Scheme.Name, endpoint))
        {
            refusals.PermissionMissing(Scheme.Name, endpoint, missing?.Diagnoses is { Count: > 0 } found
                ? found
                : [new Diagnosis("A requirement of the application's own was not met.", "Look at the policies of this endpoint.")]);
        }
    }

    private BearerChallenge Bearer() => new(Options.ChallengeRealm!);

    private Task WriteBodyAsync(string? detail) =>
        Options.ProblemDetails && !Response.HasStarted
            ? TypedResults.Problem(statusCode: Response.StatusCode, detail: detail).ExecuteAsync(Context)
            : Task.CompletedTask;
}
