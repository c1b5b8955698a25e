using System.Security.Claims;
using Keycloak.ApiProtection.Schemes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Authorization;

/// <summary>Confirms at authorization that the tokens of a request are active, wherever and whenever it was authenticated.</summary>
/// <remarks>Authentication may have run before routing, when no endpoint was known, or may not be asked about each call of an open hub connection.</remarks>
internal static class ActiveTokens
{
    private static readonly object FailureKey = new();

    /// <summary>Whether this request has tokens of ours, and Keycloak calls each of them active. What cannot be confirmed is not.</summary>
    /// <param name="http">The request; of a hub's connection the one that opened it.</param>
    /// <param name="user">Who is to be let in: tokens of schemes that did not authenticate this user do not count.</param>
    /// <param name="maxAge">How old the word may be; null: the scheme's freshness.</param>
    /// <param name="again">Whether what was confirmed when the request was authenticated is too long ago to count.</param>
    public static async Task<bool> ConfirmAsync(HttpContext http, ClaimsPrincipal user, TimeSpan? maxAge, bool again)
    {
        var handlers = http.RequestServices.GetService<IAuthenticationHandlerProvider>();
        var confirmed = false;
        foreach (var scheme in http.RequestServices.GetServices<KeycloakBearerScheme>())
        {
            if (handlers is null || !IsBehind(scheme.Name, user, http) || await handlers.GetHandlerAsync(http, scheme.Name) is not KeycloakBearerHandler handler)
            {
                continue;
            }

            // A transport may have copied the request: what its user was made of is then read once more.
            if (!handler.HasAcceptedToken)
            {
                await handler.AuthenticateAsync();
            }

            if (!handler.HasAcceptedToken)
            {
                continue;
            }

            if (await handler.ConfirmActiveAsync(maxAge, again) is { } failure)
            {
                http.Items[FailureKey] = failure;
                return false;
            }

            confirmed = true;
        }

        return confirmed;
    }

    /// <summary>Why the request's token could not be confirmed; null where it could, or was not to be.</summary>
    public static Exception? FailureOf(HttpContext http) => http.Items.TryGetValue(FailureKey, out var failure) ? failure as Exception : null;

    /// <summary>Whether a scheme authenticated the user: an identity says so, or, where a transformation has exchanged it, the ticket.</summary>
    private static bool IsBehind(string scheme, ClaimsPrincipal user, HttpContext http) =>
        user.Identities.Any(identity => identity.IsAuthenticated && identity.AuthenticationType == scheme)
        || http.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult is { Succeeded: true, Ticket.AuthenticationScheme: var schemes }
            && schemes.Split(';').Contains(scheme, StringComparer.Ordinal);
}
