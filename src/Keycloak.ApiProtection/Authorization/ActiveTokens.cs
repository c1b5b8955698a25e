using System.Security.Claims;
using Keycloak.ApiProtection.Schemes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Keycloak.ApiProtection.Authorization;

/// <summary>Confirms at authorization that the tokens of a request are active.</summary>
/// <remarks>
/// Authentication may have run before routing, when the endpoint was not known. It also does not run again for each call
/// of an open hub connection.
/// </remarks>
internal static class ActiveTokens
{
    /// <summary>
    /// Returns true if the request has at least one token of a Keycloak scheme, and Keycloak reports each of them as active.
    /// </summary>
    /// <param name="http">The request. For a hub connection, it is the request that opened the connection.</param>
    /// <param name="user">The user to authorize. Tokens of schemes that did not authenticate this user are ignored.</param>
    /// <param name="maxAge">The maximum age of Keycloak's response, or null for the scheme's freshness.</param>
    /// <param name="again">Whether a response from the request's authentication must not be used.</param>
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
                http.Features.Set(new UnacceptedToken(decision));
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

        // A transport may have copied the request without its features, so authentication runs again.
        await http.AuthenticateAsync(scheme);
        return AcceptedToken.Of(http, scheme);
    }

    /// <summary>
    /// Whether a scheme authenticated the user, according to an identity, or according to the ticket if a claims
    /// transformation replaced the identity.
    /// </summary>
    private static bool IsBehind(string scheme, ClaimsPrincipal user, HttpContext http) =>
        user.Identities.Any(identity => identity.IsAuthenticated && identity.AuthenticationType == scheme)
        || http.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult
            is { Succeeded: true, Ticket.AuthenticationScheme: var schemes }
            && schemes.Split(';').Contains(scheme, StringComparer.Ordinal);
}
