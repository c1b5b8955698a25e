using Keycloak.ApiProtection.Introspection;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Tokens;
using Keycloak.ApiProtection.Tokens.Rules;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection.Schemes;

/// <summary>A request feature with the token that a scheme accepted, so that authorization can introspect the token.</summary>
/// <remarks>
/// It is set only if the scheme can introspect tokens. If several schemes accept a token, their features form a linked list.
/// </remarks>
internal sealed class AcceptedToken
{
    private readonly KeycloakScheme _scheme;
    private readonly AccessToken _token;
    private readonly ReadOnlyMemory<char> _text;
    private readonly TimeSpan? _confirmedAge;
    private readonly AcceptedToken? _next;

    private AcceptedToken(KeycloakScheme scheme, AccessToken token, ReadOnlyMemory<char> text, TimeSpan? confirmedAge, AcceptedToken? next)
    {
        _scheme = scheme;
        _token = token;
        _text = text;
        _confirmedAge = confirmedAge;
        _next = next;
    }

    /// <summary>Adds the feature for an accepted token to the request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="scheme">The scheme that accepted the token.</param>
    /// <param name="token">The token.</param>
    /// <param name="text">The text of the token.</param>
    /// <param name="confirmedAge">
    /// The maximum age of Keycloak's response at authentication, or null if the token was not introspected.
    /// </param>
    public static void Publish(
        HttpContext context,
        KeycloakScheme scheme,
        AccessToken token,
        ReadOnlyMemory<char> text,
        TimeSpan? confirmedAge)
    {
        if (scheme.Introspector is not null)
        {
            context.Features.Set(new AcceptedToken(scheme, token, text, confirmedAge, context.Features.Get<AcceptedToken>()));
        }
    }

    /// <summary>Gets the token that a scheme accepted for this request, or null if there is none.</summary>
    public static AcceptedToken? Of(HttpContext context, string scheme)
    {
        for (var accepted = context.Features.Get<AcceptedToken>(); accepted is not null; accepted = accepted._next)
        {
            if (accepted._scheme.Name == scheme)
            {
                return accepted;
            }
        }

        return null;
    }

    /// <summary>Confirms that Keycloak reports the token as active, and that it has not been revoked.</summary>
    /// <param name="maxAge">The maximum age of Keycloak's response, or null for the scheme's freshness.</param>
    /// <param name="again">Whether a response from the request's authentication must not be used.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async ValueTask<Decision<AccessToken>> ConfirmActiveAsync(TimeSpan? maxAge, bool again, CancellationToken cancellationToken)
    {
        // A response from this request's authentication is valid for the whole request.
        var age = maxAge ?? _scheme.Options.Introspection.Freshness;
        if (!again && _confirmedAge <= age)
        {
            return UnlessRevoked();
        }

        if (ExpiryRule.IsOver(_token.ExpiresAt.ToUnixTimeSeconds(), _scheme.Options.TimeProvider!.GetUtcNow(), _scheme.Options.ClockSkew))
        {
            return Decision<AccessToken>.Rejected(TokenRejection.Expired);
        }

        var result = await _scheme.Introspector!.AskAsync(_token, _text, age, mayBeStale: maxAge is null, cancellationToken);
        return result.IsAccepted(out _) ? UnlessRevoked()
            : result.IsRejected(out var rejection) ? Decision<AccessToken>.Rejected(rejection)
            : Decision<AccessToken>.Undecided(result.RetryAfter);
    }

    private Decision<AccessToken> UnlessRevoked() => _scheme.Revocations.Find(_token) is { } revoked
        ? Decision<AccessToken>.Rejected(revoked)
        : Decision<AccessToken>.Accepted(_token);
}
