using Keycloak.ApiProtection.Claims.Payload;

namespace Keycloak.ApiProtection.Tokens.Rules;

/// <summary>The token must not have expired, give or take the clock skew.</summary>
/// <remarks>RFC 7519 section 4.1.4: <c>exp</c> itself is already too late.</remarks>
internal sealed class ExpiryRule(TimeSpan clockSkew) : ITokenRule
{
    /// <inheritdoc />
    public TokenRejection? Check(in TokenClaims claims, DateTimeOffset now) =>
        claims.ExpiresAt == 0 ? TokenRejection.ExpiryMissing
        : IsOver(claims.ExpiresAt, now, clockSkew) ? TokenRejection.Expired : null;

    /// <summary>Whether a token that ends at <paramref name="expiresAt"/> has ended.</summary>
    public static bool IsOver(long expiresAt, DateTimeOffset now, TimeSpan clockSkew) =>
        now.UtcTicks - DateTime.UnixEpoch.Ticks >= (expiresAt * TimeSpan.TicksPerSecond) + clockSkew.Ticks;
}
