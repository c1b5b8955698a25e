using Keycloak.ApiProtection.Claims.Payload;

namespace Keycloak.ApiProtection.Tokens.Rules;

/// <summary>One thing that the claims of an access token must fulfil. It allocates nothing and throws nothing.</summary>
internal interface ITokenRule
{
    /// <summary>Null when the claims fulfil it.</summary>
    TokenRejection? Check(in TokenClaims claims, DateTimeOffset now);
}
