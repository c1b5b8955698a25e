using Keycloak.ApiProtection.Claims.Payload;
using Keycloak.ApiProtection.Json;

namespace Keycloak.ApiProtection.Tokens.Rules;

/// <summary>The token must be an access token, according to the <c>typ</c> in its payload.</summary>
/// <remarks>
/// Without this rule, the API would accept an ID token for a client whose id is one of the audiences. The comparison is case-insensitive,
/// because a client can be configured for <c>bearer</c> (<c>token.response.type.bearer.lower-case</c>).
/// </remarks>
/// <param name="verifiesProofs">
/// Whether <c>typ</c> may be <c>DPoP</c>, which Keycloak writes into bound tokens. Such a token must name its key.
/// </param>
internal sealed class KindRule(bool verifiesProofs = false) : ITokenRule
{
    /// <inheritdoc />
    public TokenRejection? Check(in TokenClaims claims, DateTimeOffset now) =>
        claims.Kind.SaysIgnoringCase(claims.Json, "Bearer"u8) ? null
        : verifiesProofs && IsDpop(claims.Kind, claims.Json) ? CheckDpop(claims)
        : Name(claims.Kind, claims.Json) ?? TokenRejection.KindOther;

    /// <summary>Returns whether the kind is that of a token with a DPoP key.</summary>
    public static bool IsDpop(JsonValue kind, ReadOnlySpan<byte> json) => kind.SaysIgnoringCase(json, "DPoP"u8);

    /// <summary>Returns the rejection for one of Keycloak's other kinds of tokens. Null if the kind has no rejection of its own.</summary>
    public static TokenRejection? Name(JsonValue kind, ReadOnlySpan<byte> json) =>
        !kind.Exists ? TokenRejection.KindMissing
        : IsDpop(kind, json) ? TokenRejection.BoundByDPoP
        : kind.SaysIgnoringCase(json, "ID"u8) ? TokenRejection.KindId
        : kind.SaysIgnoringCase(json, "Refresh"u8) ? TokenRejection.KindRefresh
        : kind.SaysIgnoringCase(json, "Offline"u8) ? TokenRejection.KindOffline
        : kind.SaysIgnoringCase(json, "Logout"u8) ? TokenRejection.KindLogout
        : kind.SaysIgnoringCase(json, "InitialAccessToken"u8) || kind.SaysIgnoringCase(json, "RegistrationAccessToken"u8)
            ? TokenRejection.KindRegistration
        : kind.SaysIgnoringCase(json, "Serialized-ID"u8) ? TokenRejection.KindIdentityCookie
        : null;

    private static TokenRejection? CheckDpop(in TokenClaims claims) =>
        BindingRule.Rejection(Confirmation.Check(claims, out var hasKey)) ?? (hasKey ? null : TokenRejection.BoundWithoutKey);
}
