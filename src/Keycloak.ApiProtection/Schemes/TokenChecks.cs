using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Http;
using Keycloak.ApiProtection.Introspection;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Tokens;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection.Schemes;

/// <summary>
/// All checks of a request's token, in their order: signature and claims, revocations, proof of possession, and introspection.
/// </summary>
internal static class TokenChecks
{
    /// <summary>When a client should try again while revocations of other replicas are not known.</summary>
    private static readonly TimeSpan WhileUnread = TimeSpan.FromSeconds(1);

    /// <summary>Checks the token of a request.</summary>
    /// <param name="scheme">The scheme of the request.</param>
    /// <param name="context">The request.</param>
    /// <param name="message">The token as it was sent.</param>
    /// <param name="isActiveRequired">Whether the endpoint requires a token that Keycloak reports as active.</param>
    /// <param name="maxAge">The maximum age of Keycloak's response that the endpoint sets, or null for the scheme's freshness.</param>
    public static ValueTask<TokenOutcome> CheckAsync(
        KeycloakScheme scheme, HttpContext context, in BearerMessage message, bool isActiveRequired, TimeSpan? maxAge) =>
        scheme.Verifier.TryVerify(message.Token.Span, out var verification)
            ? CheckVerifiedAsync(scheme, context, message, verification, isActiveRequired, maxAge)
            : VerifyAndCheckAsync(scheme, context, message, isActiveRequired, maxAge);

    private static async ValueTask<TokenOutcome> VerifyAndCheckAsync(
        KeycloakScheme scheme, HttpContext context, BearerMessage message, bool isActiveRequired, TimeSpan? maxAge)
    {
        // RequestAborted costs the web server an object and a lock, so only a request that waits for keys reads it.
        var verification = await scheme.Verifier.VerifyAsync(message.Token, context.RequestAborted);
        return await CheckVerifiedAsync(scheme, context, message, verification, isActiveRequired, maxAge);
    }

    // Not an async method: for most requests nothing has to wait, and a state machine would be a part of the cost of a cached token.
    private static ValueTask<TokenOutcome> CheckVerifiedAsync(
        KeycloakScheme scheme,
        HttpContext context,
        in BearerMessage message,
        in Decision<AccessToken> verification,
        bool isActiveRequired,
        TimeSpan? maxAge)
    {
        if (!verification.IsAccepted(out var token))
        {
            return new(TokenOutcome.Of(verification));
        }

        if (scheme.Revocations.Find(token) is { } revoked)
        {
            return new(TokenOutcome.Rejected(revoked));
        }

        var unread = scheme.Revocations.Shared is { IsCurrent: false } shared ? shared.Handling : UnreadableJournal.Continue;
        var isChanged = scheme.Revocations.RequiresAnswer(token, out var askedAfter);
        if (unread == UnreadableJournal.Reject || (unread == UnreadableJournal.Introspect && scheme.Introspector is null))
        {
            return new(TokenOutcome.Undecided(WhileUnread));
        }

        if (scheme.Introspector is not { } introspector)
        {
            return isChanged
                ? new(TokenOutcome.Rejected(scheme.Revocations.RejectUnasked()))
                : ProveAsync(scheme, context, message, TokenOutcome.Accepted(token, token.Claims, confirmedAge: null));
        }

        var isWanted = introspector.Wants(token, isActiveRequired, maxAge, out var age);
        if (unread == UnreadableJournal.Introspect)
        {
            var longest = scheme.Revocations.Shared!.Options.MaxSilence;
            age = isWanted && age < longest ? age : longest;
            isWanted = true;
        }

        return isWanted || isChanged
            ? IntrospectAsync(
                scheme,
                context,
                message,
                introspector,
                token,
                new RequiredAnswer(isWanted ? age : RequiredAnswer.AnyAge, MayBeStale: maxAge is null, askedAfter))
            : ProveAsync(scheme, context, message, TokenOutcome.Accepted(token, token.Claims, confirmedAge: null));
    }

    private static async ValueTask<TokenOutcome> IntrospectAsync(
        KeycloakScheme scheme,
        HttpContext context,
        BearerMessage message,
        Introspector introspector,
        AccessToken token,
        RequiredAnswer required)
    {
        // The key of a lightweight token may be named in the introspection response only.
        var isProven = token.Confirmation is not null || !token.IsLightweight;
        if (isProven)
        {
            var proof = await ProveAsync(scheme, context, message, TokenOutcome.Accepted(token, token.Claims, confirmedAge: null));
            if (!proof.IsAccepted)
            {
                return proof;
            }
        }

        var answer = await AskAsync(scheme, introspector, token, message.Token, required, context.RequestAborted);
        if (!answer.IsAccepted(out var claims))
        {
            return TokenOutcome.Of(answer);
        }

        // Checked again: the response may contain the user or session of the token, and a revocation may have arrived during the wait.
        if (scheme.Revocations.Find(token) is { } revoked)
        {
            return TokenOutcome.Rejected(revoked);
        }

        var outcome = TokenOutcome.Accepted(token, claims, required.MaxAge);
        return isProven && claims.Confirmation == token.Confirmation ? outcome : await ProveAsync(scheme, context, message, outcome);
    }

    private static async ValueTask<Decision<AccessTokenClaims>> AskAsync(
        KeycloakScheme scheme,
        Introspector introspector,
        AccessToken token,
        ReadOnlyMemory<char> text,
        RequiredAnswer required,
        CancellationToken cancellationToken)
    {
        var answer = await introspector.AskAsync(token, text, required, cancellationToken);

        // Only the response names the user of a lightweight token. If the user's rights have changed since, a newer response is required.
        // The same holds for a change that arrived during the wait. One repetition is sufficient: every change from before the request
        // counts then.
        return answer.IsAccepted(out _)
            && scheme.Revocations.RequiresAnswer(token, out var askedAfter)
            && askedAfter > required.AskedAfter
            ? await introspector.AskAsync(token, text, required with { AskedAfter = askedAfter }, cancellationToken)
            : answer;
    }

    /// <summary>Returns the outcome if the client owes no proof, or gives all that it owes; otherwise why it does not count.</summary>
    private static ValueTask<TokenOutcome> ProveAsync(
        KeycloakScheme scheme, HttpContext context, in BearerMessage message, in TokenOutcome outcome)
    {
        var confirmation = outcome.Claims!.Confirmation;
        if (scheme.Possession.OwesNothing(confirmation, message.IsDpop))
        {
            return new(outcome);
        }

        var proof = scheme.Possession.CheckAsync(context, message.Token, outcome.Token!, message.IsDpop, confirmation);
        return proof.IsCompletedSuccessfully ? new(IfProven(outcome, proof.Result)) : WaitAsync(outcome, proof);

        static async ValueTask<TokenOutcome> WaitAsync(TokenOutcome outcome, ValueTask<Decision<Confirmation>> proof) =>
            IfProven(outcome, await proof);

        static TokenOutcome IfProven(in TokenOutcome outcome, in Decision<Confirmation> proof) =>
            proof.IsAccepted(out _) ? outcome : TokenOutcome.Of(proof);
    }

    /// <summary>Confirms that Keycloak reports an accepted token as active, and that it has not been revoked.</summary>
    /// <param name="scheme">The scheme that has accepted the token. It has an introspector.</param>
    /// <param name="accepted">The token.</param>
    /// <param name="maxAge">The maximum age of Keycloak's response, or null for the scheme's freshness.</param>
    /// <param name="again">Whether a response from the request's authentication must not be used.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public static async ValueTask<Decision<AccessToken>> ConfirmActiveAsync(
        KeycloakScheme scheme, AcceptedToken accepted, TimeSpan? maxAge, bool again, CancellationToken cancellationToken)
    {
        // A response from this request's authentication is valid for the whole request.
        var token = accepted.Token;
        var age = maxAge ?? scheme.Options.Introspection.Freshness;
        if (again || !accepted.IsConfirmedWithin(age))
        {
            if (token.HasEnded(scheme.Options.TimeProvider!.GetUtcNow(), scheme.Options.ClockSkew))
            {
                return Decision<AccessToken>.Rejected(TokenRejection.Expired);
            }

            scheme.Revocations.RequiresAnswer(token, out var askedAfter);
            var required = new RequiredAnswer(age, MayBeStale: maxAge is null, askedAfter);
            var answer = await AskAsync(scheme, scheme.Introspector!, token, accepted.Text, required, cancellationToken);
            if (!answer.IsAccepted(out _))
            {
                return answer.IsRejected(out var rejection)
                    ? Decision<AccessToken>.Rejected(rejection)
                    : Decision<AccessToken>.Undecided(answer.RetryAfter);
            }
        }

        return scheme.Revocations.Find(token) is { } revoked
            ? Decision<AccessToken>.Rejected(revoked)
            : Decision<AccessToken>.Accepted(token);
    }
}
