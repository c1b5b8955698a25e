using Keycloak.ApiProtection.Claims.Payload;

namespace Keycloak.ApiProtection.Tokens.Rules;

/// <summary>The token must be valid already (<c>nbf</c>). The clock skew is allowed.</summary>
/// <remarks>RFC 7519 section 4.1.5.</remarks>
internal sealed class NotBeforeRule(TimeSpan clockSkew) : ITokenRule
{
    /// <inheritdoc />
    public TokenRejection? Check(in TokenClaims claims, DateTimeOffset now) =>
        IsAhead(claims.NotBefore, now, clockSkew) ? TokenRejection.NotYetValid : null;

    /// <summary>Returns whether <paramref name="notBefore"/> is in the future.</summary>
    public static bool IsAhead(long notBefore, DateTimeOffset now, TimeSpan clockSkew) =>
        notBefore * TimeSpan.TicksPerSecond > now.UtcTicks - DateTime.UnixEpoch.Ticks + clockSkew.Ticks;
}
