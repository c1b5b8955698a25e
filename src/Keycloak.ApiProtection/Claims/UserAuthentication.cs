using System.Security.Claims;
using Keycloak.ApiProtection.Claims.Foreign;
using Keycloak.ApiProtection.Claims.Payload;

namespace Keycloak.ApiProtection.Claims;

/// <summary>
/// How and when a user logged in: the claims <c>acr</c> and <c>auth_time</c> of the token (OpenID Connect Core section 2).
/// </summary>
/// <param name="Level">The level (<c>acr</c>), or null if the token does not contain it as a string.</param>
/// <param name="Time">The time of the login (<c>auth_time</c>), or null if the token does not contain it as a whole number.</param>
/// <param name="IsOfUser">Whether a user logged in. A service account has no session and never logs in.</param>
internal readonly record struct UserAuthentication(string? Level, DateTimeOffset? Time, bool IsOfUser)
{
    /// <summary>Returns the login of an identity's user.</summary>
    /// <remarks>
    /// For an identity of this library, the values are those of the verified token, even if the application has changed the claims.
    /// </remarks>
    public static UserAuthentication Of(ClaimsIdentity identity)
    {
        if (identity is KeycloakIdentity ours)
        {
            var holder = ours.VerifiedHolder;
            return new(
                holder.AuthenticationContextClass,
                holder.AuthenticationTime,
                !holder.IsServiceAccount && (holder.AuthenticationTime is not null || holder.SessionId is not null));
        }

        var time = IdentityClaims.Time(identity, KeycloakClaimTypes.AuthenticationTime);
        var session = IdentityClaims.First(identity, KeycloakClaimTypes.SessionId, KeycloakClaimTypes.SessionState);
        return new(
            IdentityClaims.First(identity, KeycloakClaimTypes.AuthenticationContextClass, InboundClaimMap.AuthenticationContextClass),
            time,
            !IdentityClaims.IsServiceAccount(identity) && (time is not null || session is not null));
    }

    /// <summary>Returns whether the login is at most as old as required.</summary>
    /// <param name="maxAge">The maximum age.</param>
    /// <param name="now">The current time of this machine.</param>
    /// <param name="clockSkew">How much the clocks of this machine and of Keycloak may differ, in both directions.</param>
    public bool IsWithin(TimeSpan maxAge, DateTimeOffset now, TimeSpan clockSkew) =>
        Time is { } time && now - time <= maxAge + clockSkew && time - now <= clockSkew;
}
