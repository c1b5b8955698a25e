using System.Security.Claims;
using System.Text.Encodings.Web;
using Keycloak.ApiProtection.Authorization;
using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Http;
using Keycloak.ApiProtection.Schemes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Keycloak.ApiProtection;

/// <summary>Authenticates a request with the access token that it carries. The scheme's runtime verifies the token.</summary>
internal sealed class KeycloakBearerHandler(
    IOptionsMonitor<KeycloakBearerOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    KeycloakSchemes schemes,
    RejectionLog rejections) : AuthenticationHandler<KeycloakBearerOptions>(options, loggers, encoder)
{
    private new KeycloakBearerEvents Events => (KeycloakBearerEvents)base.Events!;

    private DeniedRequest Denied => new(Context, Scheme, Options, Events, rejections);

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

    private Task<AuthenticateResult> AuthenticateCoreAsync() => Events.ListensToMessageReceived
        ? ReceiveAsync()
        : AuthenticateAsync(BearerMessage.Read(Request, Options.QueryTokenPaths));

    private async Task<AuthenticateResult> ReceiveAsync()
    {
        var received = new MessageReceivedContext(Context, Scheme, Options);
        await Events.MessageReceived(received);

        // Read after the event, because it may have set or removed a header.
        return received.Result ?? await AuthenticateAsync(string.IsNullOrEmpty(received.Token)
            ? BearerMessage.Read(Request, Options.QueryTokenPaths)
            : BearerMessage.From(received.Token));
    }

    // If nothing has to wait, this avoids the state machine of an async method.
    private Task<AuthenticateResult> AuthenticateAsync(in BearerMessage message)
    {
        var scheme = schemes.Get(Scheme.Name, Options);
        if (message.Rejection is { } malformed)
        {
            return Task.FromResult(Reject(scheme, malformed, default));
        }

        if (message.Token.IsEmpty)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        // If routing has not run yet, authorization applies the endpoint's [RequireActiveToken].
        var demand = scheme.Introspector is null ? default : ActiveTokenDemand.Of(Context.GetEndpoint());
        var check = TokenChecks.CheckAsync(scheme, Context, message, demand.IsMade, demand.MaxAge);
        return check.IsCompletedSuccessfully ? ConcludeAsync(scheme, message, check.Result) : WaitAsync(scheme, message, check);
    }

    private async Task<AuthenticateResult> WaitAsync(KeycloakScheme scheme, BearerMessage message, ValueTask<TokenOutcome> check) =>
        await ConcludeAsync(scheme, message, await check);

    private Task<AuthenticateResult> ConcludeAsync(KeycloakScheme scheme, in BearerMessage message, in TokenOutcome outcome) =>
        outcome.IsAccepted ? AcceptAsync(outcome, message.Token)
        : Task.FromResult(outcome.Rejection is { } rejection
            ? Reject(scheme, message.Malformed ?? rejection, message.Token)
            : AuthenticateResult.Fail(new RealmUnavailableException(outcome.RetryAfter)));

    private Task<AuthenticateResult> AcceptAsync(in TokenOutcome outcome, ReadOnlyMemory<char> text)
    {
        var token = outcome.Token!;
        var properties = new AcceptedToken(token, text, outcome.ConfirmedAge).ToProperties();
        if (Options.SaveToken)
        {
            properties.StoreTokens([new AuthenticationToken { Name = "access_token", Value = text.ToString() }]);
        }

        var principal = new ClaimsPrincipal(new KeycloakIdentity(outcome.Claims!, Scheme.Name));
        return Events.ListensToTokenValidated
            ? NotifyValidatedAsync(new TokenValidatedContext(Context, Scheme, Options, token, principal, properties))
            : Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(principal, properties, Scheme.Name)));
    }

    private AuthenticateResult Reject(KeycloakScheme scheme, TokenRejection rejection, ReadOnlyMemory<char> token)
    {
        // The details of this token are determined only if the log or an event uses them.
        var isLogged = rejections.MayTake(Scheme.Name, rejection);
        if (isLogged || Events.ListensToAuthenticationFailed)
        {
            rejection = scheme.Explain(rejection, token.Span, Request);
        }

        if (isLogged)
        {
            rejections.TokenRejected(Scheme.Name, rejection);
        }

        return AuthenticateResult.Fail(new TokenRejectedException(rejection));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties) =>
        await Denied.ChallengeAsync(properties, await HandleAuthenticateOnceSafeAsync());

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Denied.ForbidAsync(properties);

    private async Task<AuthenticateResult> NotifyValidatedAsync(TokenValidatedContext validated)
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
