using Keycloak.ApiProtection.Claims.Payload;

namespace Keycloak.ApiProtection.Tokens.Rules;

/// <summary>A lightweight access token is rejected. It contains neither audience nor roles; only introspection returns them.</summary>
/// <remarks>
/// Keycloak's client setting "Always use lightweight access token". Since 26.2 the second pair of letters in the token's id
/// indicates it (<c>onltro:...</c>). Tokens of older versions are recognized by the missing claims.
/// </remarks>
internal sealed class LightweightRule : ITokenRule
{
    /// <inheritdoc />
    public TokenRejection? Check(in TokenClaims claims, DateTimeOffset now) =>
        Is(claims) ? TokenRejection.Lightweight : null;

    /// <summary>Returns whether the token is lightweight.</summary>
    public static bool Is(in TokenClaims claims) =>
        !claims.Audience.Exists && !claims.RealmAccess.Exists && !claims.ResourceAccess.Exists && !HasRegularId(claims);

    private static bool HasRegularId(in TokenClaims claims)
    {
        var id = claims.Id.Exists ? claims.Id.Raw(claims.Json) : [];
        return id.Length > 7 && id[6] == (byte)':' && id.Slice(2, 2).SequenceEqual("rt"u8);
    }
}
