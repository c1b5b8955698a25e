using System.Security.Claims;
using Keycloak.ApiProtection.Claims;
using Keycloak.ApiProtection.Claims.Payload;
using Microsoft.AspNetCore.Authorization;

namespace Keycloak.ApiProtection.Authorization;

/// <summary>Whether another login would give access, and the login that the client must request (RFC 9470 section 3).</summary>
/// <param name="AcrValues">The levels, separated by spaces, any of which meets all requirements; null if any level does.</param>
/// <param name="MaxAge">The smallest required age of the login; null if any age is accepted.</param>
/// <param name="Obstacle">
/// Why no login would give access, as a text for the client; null if one would. Without it, a client would repeat the login forever.
/// </param>
/// <remarks>
/// All values come from the endpoint's requirements, and none from the token. The level and the age are always sent together: with
/// <c>max_age</c> alone, Keycloak runs only the first level, so that the login comes back at a lower level.
/// </remarks>
internal sealed record StepUp(string? AcrValues, TimeSpan? MaxAge, string? Obstacle)
{
    private const string ServiceAccount = "A service account has no login and cannot meet this.";
    private const string NoLoginClaims = "The client's tokens do not contain the claims for this, so another login does not help.";
    private const string Contradiction = "No single level meets all of these requirements.";

    /// <summary>
    /// Returns the login that is missing; null if nothing or something else is missing, too. A missing scope or role comes first, because
    /// a login does not give it.
    /// </summary>
    public static StepUp? For(AuthorizationHandlerContext context)
    {
        if (context.HasFailed
            || !context.PendingRequirements.Any()
            || !context.PendingRequirements.All(one => one is AuthenticationRequirement))
        {
            return null;
        }

        StepUp? stepUp = null;
        AuthenticationRequirement[] required = [.. context.Requirements.OfType<AuthenticationRequirement>()];
        foreach (var identity in new RightsIdentities(context.User))
        {
            stepUp = Of(required, identity, context.Resource);
            if (stepUp.Obstacle is null)
            {
                break;
            }
        }

        return stepUp;
    }

    /// <summary>Returns the levels that meet all requirements.</summary>
    public static string[] Levels(IReadOnlyCollection<AuthenticationRequirement> required, IList<string> order) =>
    [
        .. required.SelectMany(one => one.AcrValues)
            .Distinct(StringComparer.Ordinal)
            .Where(level => required.All(one => one.AcrValues.Count == 0 || AuthenticationLevels.Meets(level, one.AcrValues, order))),
    ];

    private static StepUp Of(AuthenticationRequirement[] required, ClaimsIdentity identity, object? resource)
    {
        var login = UserAuthentication.Of(identity);
        var requiresLevel = required.Any(one => one.AcrValues.Count > 0);
        var levels = Levels(required, AuthenticationRequirement.OrderOf(identity, resource));

        // Keycloak writes "acr" into every token unless the client scope or mapper is missing. A user's token without "auth_time" can be
        // one of the password grant, which has no login page. Without both claims, the mappers are missing.
        var obstacle = !login.IsOfUser ? ServiceAccount
            : login.Level is null && (requiresLevel || login.Time is null) ? NoLoginClaims
            : requiresLevel && levels.Length == 0 ? Contradiction
            : null;
        return new(levels.Length == 0 ? null : string.Join(' ', levels), required.Min(one => one.MaxAge), obstacle);
    }
}
