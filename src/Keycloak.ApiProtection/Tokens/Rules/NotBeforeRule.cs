using Keycloak.ApiProtection.Claims.Payload;

namespace Keycloak.ApiProtection.Tokens.Rules;

/// <summary>The token's time must have come, give or take the clock skew.</summary>
/// <remarks>RFC 7519 section 4.1.5.</remarks>
internal sealed class NotBeforeRule(TimeSpan clockSkew) : ITokenRule
{
    /// <inheritdoc />
    public TokenRejection? Check(in TokenClaims claims, DateTimeOffset now) =>
        IsAhead(claims.NotBefore, now, clockSkew) ? TokenRejection.NotYetValid : null;

    /// <summary>Whether a token that begins at <paramref name="notBefore"/> has not begun yet.</summary>
    public static bool IsAhead(long notBefore, DateTimeOffset now, TimeSpan clockSkew) =>
        notBefore * TimeSpan.TicksPerSecond > now.UtcTicks - DateTime.UnixEpoch.Ticks + clockSkew.Ticks;
}
