using System.Security.Claims;
using Keycloak.ApiProtection.Http;
using Keycloak.ApiProtection.Introspection;
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
        var schemes = http.RequestServices.GetService<KeycloakSchemes>();
        foreach (var name in schemes?.Names ?? [])
        {
            // The handler authenticates a request once and returns the same result again. If a transport has copied the request without its
            // services, authentication runs again.
            if (!IsBehind(name, user, http)
                || schemes!.Get(name) is not { Introspector: not null } scheme
                || !AcceptedToken.TryFind(await http.AuthenticateAsync(name), out var accepted))
            {
                continue;
            }

            var decision = await TokenChecks.ConfirmActiveAsync(scheme, accepted, maxAge, again, http.RequestAborted);
            if (!decision.IsAccepted(out _))
            {
                http.Features.Set(new UnacceptedToken(decision));
                return false;
            }

            confirmed = true;
        }

        return confirmed;
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
