using Keycloak.ApiProtection.Claims.Payload;

namespace Keycloak.ApiProtection.Tokens.Rules;

/// <summary>The token must contain the time when it was issued, and the time must not be in the future. Revocations depend on it.</summary>
/// <remarks>RFC 7519 section 4.1.6; required by RFC 9068 section 2.2.</remarks>
internal sealed class IssuedAtRule(TimeSpan clockSkew) : ITokenRule
{
    /// <inheritdoc />
    public TokenRejection? Check(in TokenClaims claims, DateTimeOffset now) =>
        claims.IssuedAt == 0 ? TokenRejection.IssuedAtMissing
        : NotBeforeRule.IsAhead(claims.IssuedAt, now, clockSkew) ? TokenRejection.IssuedAhead : null;
}
