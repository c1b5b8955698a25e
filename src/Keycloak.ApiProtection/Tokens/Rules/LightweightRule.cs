using Keycloak.ApiProtection.Claims.Payload;

namespace Keycloak.ApiProtection.Tokens.Rules;

/// <summary>A lightweight access token says neither whom it is for nor what its bearer may do: only introspection knows.</summary>
/// <remarks>
/// Keycloak's client setting "Always use lightweight access token". Since 26.2 the token's id says it (<c>onltro:...</c>,
/// the second pair of letters); older ones are told by what is missing.
/// </remarks>
internal sealed class LightweightRule : ITokenRule
{
    /// <inheritdoc />
    public TokenRejection? Check(in TokenClaims claims, DateTimeOffset now) =>
        Is(claims) ? TokenRejection.Lightweight : null;

    /// <summary>Whether the token is one.</summary>
    public static bool Is(in TokenClaims claims) =>
        !claims.Audience.Exists && !claims.RealmAccess.Exists && !claims.ResourceAccess.Exists && !IsSaidToBeRegular(claims);

    private static bool IsSaidToBeRegular(in TokenClaims claims)
    {
        var id = claims.Id.Exists ? claims.Id.Raw(claims.Json) : [];
        return id.Length > 7 && id[6] == (byte)':' && id.Slice(2, 2).SequenceEqual("rt"u8);
    }
}
