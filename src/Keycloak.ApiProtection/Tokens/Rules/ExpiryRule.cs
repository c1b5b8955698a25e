using Keycloak.ApiProtection.Claims.Payload;

namespace Keycloak.ApiProtection.Tokens.Rules;

/// <summary>The token must not have expired (<c>exp</c>). The clock skew is allowed.</summary>
/// <remarks>RFC 7519 section 4.1.4: at the time <c>exp</c> itself, the token has already expired.</remarks>
internal sealed class ExpiryRule(TimeSpan clockSkew) : ITokenRule
{
    /// <inheritdoc />
    public TokenRejection? Check(in TokenClaims claims, DateTimeOffset now) =>
        claims.ExpiresAt == 0 ? TokenRejection.ExpiryMissing
        : IsOver(claims.ExpiresAt, now, clockSkew) ? TokenRejection.Expired : null;

    /// <summary>Returns whether a token that expires at <paramref name="expiresAt"/> has expired.</summary>
    public static bool IsOver(long expiresAt, DateTimeOffset now, TimeSpan clockSkew) =>
        now.UtcTicks - DateTime.UnixEpoch.Ticks >= (expiresAt * TimeSpan.TicksPerSecond) + clockSkew.Ticks;
}
