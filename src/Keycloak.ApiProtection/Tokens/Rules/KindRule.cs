using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Tokens.Rules;

/// <summary>The token must be an access token: Keycloak says so in the payload's <c>typ</c>.</summary>
/// <remarks>
/// Without this rule an ID token for a client whose id is one of the audiences would open the API. Compared without case:
/// a client can ask for <c>bearer</c> (<c>token.response.type.bearer.lower-case</c>).
/// </remarks>
internal sealed class KindRule : ITokenRule
{
    /// <inheritdoc />
    public TokenRejection? Check(in TokenClaims claims, DateTimeOffset now) =>
        claims.Kind.SaysIgnoringCase(claims.Json, "Bearer"u8) ? null : Name(claims.Kind, claims.Json) ?? TokenRejection.KindOther;

    /// <summary>Which of Keycloak's other kinds this is; null when it is none that has a name.</summary>
    public static TokenRejection? Name(JsonValue kind, ReadOnlySpan<byte> json) =>
        !kind.Exists ? TokenRejection.KindMissing
        : kind.SaysIgnoringCase(json, "DPoP"u8) ? TokenRejection.BoundByDPoP
        : kind.SaysIgnoringCase(json, "ID"u8) ? TokenRejection.KindId
        : kind.SaysIgnoringCase(json, "Refresh"u8) ? TokenRejection.KindRefresh
        : kind.SaysIgnoringCase(json, "Offline"u8) ? TokenRejection.KindOffline
        : kind.SaysIgnoringCase(json, "Logout"u8) ? TokenRejection.KindLogout
        : kind.SaysIgnoringCase(json, "InitialAccessToken"u8) || kind.SaysIgnoringCase(json, "RegistrationAccessToken"u8) ? TokenRejection.KindRegistration
        : kind.SaysIgnoringCase(json, "Serialized-ID"u8) ? TokenRejection.KindIdentityCookie
        : null;
}
