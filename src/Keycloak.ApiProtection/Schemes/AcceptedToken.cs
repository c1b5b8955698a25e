using Keycloak.ApiProtection.Introspection;
using Keycloak.ApiProtection.Realms;
using Keycloak.ApiProtection.Tokens;
using Keycloak.ApiProtection.Tokens.Rules;
using Microsoft.AspNetCore.Http;

namespace Keycloak.ApiProtection.Schemes;

/// <summary>A token that a scheme accepted for a request, as a feature of the request: authorization can ask Keycloak about it.</summary>
/// <remarks>Published only where the scheme can ask. Several schemes may accept a token each; they form a list.</remarks>
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

    /// <summary>Publishes a token.</summary>
    /// <param name="context">The request.</param>
    /// <param name="scheme">The scheme that accepted the token.</param>
    /// <param name="token">The token.</param>
    /// <param name="text">Its text.</param>
    /// <param name="confirmedAge">How old Keycloak's answer may have been at authentication; null: Keycloak was not asked.</param>
    public static void Publish(HttpContext context, KeycloakScheme scheme, AccessToken token, ReadOnlyMemory<char> text, TimeSpan? confirmedAge)
    {
        if (scheme.Introspector is not null)
        {
            context.Features.Set(new AcceptedToken(scheme, token, text, confirmedAge, context.Features.Get<AcceptedToken>()));
        }
    }

    /// <summary>The token that a scheme accepted for this request; null: none.</summary>
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

    /// <summary>Confirms that Keycloak calls the token active, and that nothing has revoked it by now.</summary>
    /// <param name="maxAge">How old Keycloak's answer may be. Null: the scheme's freshness.</param>
    /// <param name="again">Whether an answer from authentication is too old to count.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<Decision<AccessToken>> ConfirmActiveAsync(TimeSpan? maxAge, bool again, CancellationToken cancellationToken)
    {
        // An answer from this request's authentication counts for the whole request.
        var age = maxAge ?? _scheme.Options.Freshness;
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
