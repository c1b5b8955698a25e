using Keycloak.ApiProtection.Claims.Payload;

namespace Keycloak.ApiProtection.Tokens.Rules;

/// <summary>A rule for the claims of an access token. Implementations do not allocate and do not throw.</summary>
internal interface ITokenRule
{
    /// <summary>Checks the claims. Returns null if they satisfy the rule.</summary>
    TokenRejection? Check(in TokenClaims claims, DateTimeOffset now);
}
