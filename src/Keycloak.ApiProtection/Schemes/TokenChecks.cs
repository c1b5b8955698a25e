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
    /// <summary>Checks the token of a request.</summary>
    /// <param name="scheme">The scheme of the request.</param>
    /// <param name="context">The request.</param>
    /// <param name="message">The token as it was sent.</param>
    /// <param name="isActiveRequired">Whether the endpoint requires a token that Keycloak reports as active.</param>
    /// <param name="maxAge">The maximum age of Keycloak's response that the endpoint sets, or null for the scheme's freshness.</param>
    public static ValueTask<TokenOutcome> CheckAsync(
        KeycloakScheme scheme, HttpContext context, in BearerMessage message, bool isActiveRequired, TimeSpan? maxAge)
    {
        if (!scheme.Verifier.TryVerify(message.Token.Span, out var verification))
        {
            return VerifyAndCheckAsync(scheme, context, message, isActiveRequired, maxAge);
        }

        // The usual case, without the state machine of an async method: nothing has to wait.
        return verification.IsAccepted(out var token)
            && !token.IsLightweight
            && (scheme.Introspector is not { } introspector || !introspector.Wants(token, isActiveRequired, maxAge, out _))
            ? scheme.Revocations.Find(token) is { } revoked ? new(TokenOutcome.Rejected(revoked))
                : scheme.Possession.OwesNothing(token.Confirmation, message.IsDpop) ? new(TokenOutcome.Accepted(token, token.Claims, null))
                : CheckProofAsync(token, scheme.Possession.CheckAsync(context, message.Token, message.IsDpop, token.Confirmation))
            : CheckAsync(scheme, context, message, verification, isActiveRequired, maxAge);
    }

    private static ValueTask<TokenOutcome> CheckProofAsync(AccessToken token, ValueTask<Decision<Confirmation>> proof)
    {
        return proof.IsCompletedSuccessfully ? new(Outcome(proof.Result)) : WaitAsync();

        async ValueTask<TokenOutcome> WaitAsync() => Outcome(await proof);

        TokenOutcome Outcome(in Decision<Confirmation> decision) => decision.IsAccepted(out _)
            ? TokenOutcome.Accepted(token, token.Claims, confirmedAge: null)
            : TokenOutcome.Of(decision);
    }

    private static async ValueTask<TokenOutcome> VerifyAndCheckAsync(
        KeycloakScheme scheme, HttpContext context, BearerMessage message, bool isActiveRequired, TimeSpan? maxAge)
    {
        // RequestAborted costs the web server an object and a lock, so only a request that waits for keys reads it.
        var verification = await scheme.Verifier.VerifyAsync(message.Token, context.RequestAborted);
        return await CheckAsync(scheme, context, message, verification, isActiveRequired, maxAge);
    }

    private static async ValueTask<TokenOutcome> CheckAsync(
        KeycloakScheme scheme,
        HttpContext context,
        BearerMessage message,
        Decision<AccessToken> verification,
        bool isActiveRequired,
        TimeSpan? maxAge)
    {
        if (!verification.IsAccepted(out var token))
        {
            return TokenOutcome.Of(verification);
        }

        if (scheme.Revocations.Find(token) is { } revoked)
        {
            return TokenOutcome.Rejected(revoked);
        }

        // The key of a lightweight token may be named in the introspection response only.
        var isProven = token.Confirmation is not null || !token.IsLightweight;
        if (isProven && !scheme.Possession.OwesNothing(token.Confirmation, message.IsDpop))
        {
            var proof = await scheme.Possession.CheckAsync(context, message.Token, message.IsDpop, token.Confirmation);
            if (!proof.IsAccepted(out _))
            {
                return TokenOutcome.Of(proof);
            }
        }

        var claims = token.Claims;
        TimeSpan? confirmedAge = null;
        if (scheme.Introspector is { } introspector && introspector.Wants(token, isActiveRequired, maxAge, out var age))
        {
            var answer = await introspector.AskAsync(token, message.Token, age, mayBeStale: maxAge is null, context.RequestAborted);
            if (!answer.IsAccepted(out claims))
            {
                return TokenOutcome.Of(answer);
            }

            // Checked again: the response may contain the user or session of the token, and a revocation may have arrived during the wait.
            if (scheme.Revocations.Find(token) is { } late)
            {
                return TokenOutcome.Rejected(late);
            }

            isProven &= claims.Confirmation == token.Confirmation;
            confirmedAge = age;
        }

        if (!isProven && !scheme.Possession.OwesNothing(claims.Confirmation, message.IsDpop))
        {
            var proof = await scheme.Possession.CheckAsync(context, message.Token, message.IsDpop, claims.Confirmation);
            if (!proof.IsAccepted(out _))
            {
                return TokenOutcome.Of(proof);
            }
        }

        return TokenOutcome.Accepted(token, claims, confirmedAge);
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

            var answer = await scheme.Introspector!.AskAsync(token, accepted.Text, age, mayBeStale: maxAge is null, cancellationToken);
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
