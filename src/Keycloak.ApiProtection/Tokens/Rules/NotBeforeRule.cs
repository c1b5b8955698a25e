namespace Keycloak.ApiProtection.Tokens.Rules;

/// <summary>The token's time must have come, give or take the clock skew.</summary>
/// <remarks>RFC 7519 section 4.1.5.</remarks>
internal sealed class NotBeforeRule(TimeSpan clockSkew) : ITokenRule
{
    /// <inheritdoc />
    public TokenRejection? Check(in TokenClaims claims, DateTimeOffset now) =>
        (claims.NotBefore * 1000) > now.ToUnixTimeMilliseconds() + (long)clockSkew.TotalMilliseconds ? TokenRejection.NotYetValid : null;
}
