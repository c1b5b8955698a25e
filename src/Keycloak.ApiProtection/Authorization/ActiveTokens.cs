using System.Security.Claims;
using Keycloak.ApiProtection.Schemes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Authorization;

/// <summary>Confirms at authorization that the tokens of a request are active.</summary>
/// <remarks>
/// Authentication may have run before routing, when no endpoint was known, and it does not run again for each call of an open hub connection.
/// </remarks>
internal static class ActiveTokens
{
    /// <summary>Whether the request has tokens of Keycloak schemes, and Keycloak calls each of them active. The default is no.</summary>
    /// <param name="http">The request; of a hub's connection, the one that opened it.</param>
    /// <param name="user">The user to authorize: tokens of schemes that did not authenticate this user do not count.</param>
    /// <param name="maxAge">How old Keycloak's answer may be; null: the scheme's freshness.</param>
    /// <param name="again">Whether an answer from the request's authentication is too old to count.</param>
    public static async Task<bool> ConfirmAsync(HttpContext http, ClaimsPrincipal user, TimeSpan? maxAge, bool again)
    {
        var confirmed = false;
        foreach (var scheme in http.RequestServices.GetService<KeycloakSchemes>()?.Names ?? [])
        {
            if (!IsBehind(scheme, user, http) || await AcceptedAsync(http, scheme) is not { } accepted)
            {
                continue;
            }

            var decision = await accepted.ConfirmActiveAsync(maxAge, again, http.RequestAborted);
            if (!decision.IsAccepted(out _))
            {
                http.Features.Set(new UnconfirmedToken(decision));
                return false;
            }

            confirmed = true;
        }

        return confirmed;
    }

    private static async ValueTask<AcceptedToken?> AcceptedAsync(HttpContext http, string scheme)
    {
        if (AcceptedToken.Of(http, scheme) is { } accepted)
        {
            return accepted;
        }

        // A transport may have copied the request without its features. Authentication then runs once more.
        await http.AuthenticateAsync(scheme);
        return AcceptedToken.Of(http, scheme);
    }

    /// <summary>Whether a scheme authenticated the user: an identity says so, or, where a transformation has replaced it, the ticket.</summary>
    private static bool IsBehind(string scheme, ClaimsPrincipal user, HttpContext http) =>
        user.Identities.Any(identity => identity.IsAuthenticated && identity.AuthenticationType == scheme)
        || http.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult is { Succeeded: true, Ticket.AuthenticationScheme: var schemes }
            && schemes.Split(';').Contains(scheme, StringComparer.Ordinal);
}
