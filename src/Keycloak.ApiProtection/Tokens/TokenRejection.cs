using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection;

/// <summary>
/// Why a token, or the header that should have carried one, was refused: in full for the log and for tests; the client is
/// told <see cref="Error"/> and <see cref="Description"/> only.
/// </summary>
/// <remarks>
/// A refusal is a value and not an exception: strangers send junk as often as they like. All codes stand in
/// <see href="docs/rejections.md">docs/rejections.md</see>; they never change their meaning.
/// </remarks>
public sealed record TokenRejection
{
    private const string InvalidRequest = "invalid_request";
    private const string InvalidToken = "invalid_token";

    private TokenRejection(string code, string reason, string remedy)
    {
        Code = code;
        Reason = reason;
        Remedy = remedy;
    }

    /// <summary>Gets the stable code, such as <c>audience</c> or <c>expired</c>.</summary>
    public string Code { get; }

    /// <summary>Gets the error code for the client: <c>invalid_token</c>, or <c>invalid_request</c> (RFC 6750 section 3.1).</summary>
    public string Error { get; private init; } = InvalidToken;

    /// <summary>Gets the fixed description for the client; nothing in it comes from the request.</summary>
    public string Description { get; private init; } = "The access token is invalid";

    /// <summary>Gets what was found and what was expected. Values out of the token are escaped and shortened.</summary>
    public string Reason { get; private init; }

    /// <summary>Gets what to change in the code, the configuration or Keycloak's console.</summary>
    public string Remedy { get; private init; }

    /// <summary>The same refusal, said with what was found in this very token.</summary>
    internal TokenRejection Because(string reason, string? remedy = null) =>
        this with { Reason = reason, Remedy = remedy ?? Remedy };

    // The header (RFC 6750 section 2.1).
    internal static readonly TokenRejection HeaderRepeated = new(
        "header_repeated",
        "The request carries more than one Authorization header, or a token in the header and another one in the query.",
        "Send the access token once, as 'Authorization: Bearer <token>'.")
    {
        Error = InvalidRequest,
        Description = "The request carries more than one token",
    };

    internal static readonly TokenRejection HeaderMalformed = new(
        "header_malformed",
        "The Authorization header is not 'Bearer', a space and one token: there is none, or there are several, or a comma, white space or a control character stands in it.",
        "Send 'Authorization: Bearer <access_token>' with the access_token exactly as Keycloak's token endpoint returned it.")
    {
        Error = InvalidRequest,
        Description = "The Authorization header is malformed",
    };

    // The compact form (RFC 7515 section 7.1).
    internal static readonly TokenRejection Size = new(
        "size",
        "The token is longer than MaximumTokenSize.",
        "Take claims out of the token (Clients > the client > Client scopes, and 'Full scope allowed' off), or raise MaximumTokenSize.");

    internal static readonly TokenRejection Form = new(
        "form",
        "The token is not three parts of base64url text with a dot between each.",
        "Send the value of 'access_token' from Keycloak's token response, unchanged. An opaque or encrypted token is not accepted here.");

    // The header's JSON (RFC 7515 section 4, RFC 8725).
    internal static readonly TokenRejection JoseHeader = new(
        "jose_header",
        "The token's header is not a JSON object with each member once, and 'alg', 'kid' and 'typ' as strings.",
        "Tokens of Keycloak never look like this: find out who made this one.");

    internal static readonly TokenRejection Critical = new(
        "critical",
        "The token's header has a 'crit' member: extensions that must be understood, and none is (RFC 7515 section 4.1.11).",
        "Tokens of Keycloak never carry 'crit': find out who made this one.");

    internal static readonly TokenRejection HeaderType = new(
        "header_type",
        "The token's header 'typ' is not JWT, at+jwt or application/at+jwt: this is not an access token (RFC 9068 section 2.1).",
        "Send the value of 'access_token' from Keycloak's token response, not a logout or any other token.");

    internal static readonly TokenRejection AlgorithmNone = new(
        "algorithm_none",
        "The token is not signed (alg 'none').",
        "Nobody may accept such a token: find out who made it.");

    internal static readonly TokenRejection AlgorithmSymmetric = new(
        "algorithm_symmetric",
        "The token is signed with a shared secret (HMAC). Keycloak does so for refresh, offline, registration and action tokens, never for an access token that an API can check.",
        "Send the value of 'access_token'. If it is one, set Clients > the client > Advanced > Access token signature algorithm to RS256, PS256 or ES256.");

    internal static readonly TokenRejection AlgorithmEdDsa = new(
        "algorithm_eddsa",
        "The token is signed with EdDSA, and .NET has no Ed25519.",
        "Set Clients > the client > Advanced > Access token signature algorithm to RS256, PS256 or ES256.");

    internal static readonly TokenRejection Algorithm = new(
        "algorithm",
        "The token's algorithm is not one of Algorithms.",
        "Set Clients > the client > Advanced > Access token signature algorithm to an allowed one, or add this one to Algorithms.");

    // The payload's JSON (RFC 7519 section 4).
    internal static readonly TokenRejection Payload = new(
        "payload",
        "The token's payload is not a JSON object in UTF-8 with each member once and its claims of the right type and range.",
        "Look at the protocol mappers of the client and its client scopes: one of them writes a claim that is Keycloak's own.");

    // The claims.
    internal static readonly TokenRejection Issuer = new(
        "issuer",
        "The token was issued by somebody else.",
        "Use a token of this API's realm; if it is, set ValidIssuers to the issuer that Keycloak writes (its frontend URL, Realm settings > OpenID Endpoint Configuration > issuer).");

    internal static readonly TokenRejection KindMissing = new(
        "kind_missing",
        "The token's payload has no 'typ', so that nothing says that it is an access token.",
        "Keycloak writes 'typ': look for a protocol mapper that overwrites it.");

    internal static readonly TokenRejection KindId = new(
        "kind_id",
        "This is an ID token: it tells a client who logged in, and is no key to an API.",
        "Send 'access_token' from the token response, not 'id_token'.");

    internal static readonly TokenRejection KindRefresh = new(
        "kind_refresh",
        "This is a refresh token: only Keycloak's token endpoint takes it.",
        "Send 'access_token' from the token response, not 'refresh_token'.");

    internal static readonly TokenRejection KindOffline = new(
        "kind_offline",
        "This is an offline token: only Keycloak's token endpoint takes it.",
        "Exchange it at the token endpoint (grant_type=refresh_token) and send the 'access_token' that comes back.");

    internal static readonly TokenRejection KindLogout = new(
        "kind_logout",
        "This is a logout token: it ends a session, and is no key to an API.",
        "Set the client's Backchannel logout URL to a logout endpoint, not to an API's own endpoint.");

    internal static readonly TokenRejection KindRegistration = new(
        "kind_registration",
        "This is a token for Keycloak's client registration.",
        "Send 'access_token' from the token response; this one belongs to Keycloak's client registration endpoint only.");

    internal static readonly TokenRejection KindIdentityCookie = new(
        "kind_identity_cookie",
        "This is the content of Keycloak's own login cookie.",
        "A browser's cookie has leaked into a client: log the user out, and send 'access_token' from the token response.");

    internal static readonly TokenRejection KindOther = new(
        "kind_other",
        "The payload's 'typ' is not Bearer: this is an action token or another token of Keycloak's own use.",
        "Send 'access_token' from the token response.");

    internal static readonly TokenRejection BoundByDPoP = new(
        "bound_dpop",
        "The token is bound to a key (DPoP), and this version does not check proofs of possession; as a plain bearer token it must not be accepted.",
        "Request it without a DPoP header, with 'Require DPoP bound tokens' off (Clients > the client > Settings > Capability config).");

    internal static readonly TokenRejection BoundByCertificate = new(
        "bound_certificate",
        "The token is bound to a client certificate (RFC 8705), and this version does not check it; as a plain bearer token it must not be accepted.",
        "Turn off 'OAuth 2.0 Mutual TLS Certificate Bound Access Tokens' (Clients > the client > Advanced > Advanced settings).");

    internal static readonly TokenRejection Bound = new(
        "bound",
        "The token is bound to a key in a way that is not known here ('cnf', RFC 7800).",
        "Request a token that is not bound.");

    internal static readonly TokenRejection Expired = new(
        "expired",
        "The token's 'exp' has passed.",
        "The client must refresh it, or ask for a new one. If it is fresh, compare the clocks of this machine and of Keycloak.")
    {
        Description = "The access token expired",
    };

    internal static readonly TokenRejection ExpiryMissing = new(
        "expiry_missing",
        "The token has no 'exp', or 0: it would never end.",
        "Set Realm settings > Tokens > Access Token Lifespan (or the client's own) to a number of minutes.");

    internal static readonly TokenRejection NotYetValid = new(
        "not_yet_valid",
        "The token's 'nbf' lies ahead.",
        "Compare the clocks of this machine and of Keycloak; ClockSkew allows for small differences.");

    internal static readonly TokenRejection IssuedAhead = new(
        "issued_ahead",
        "The token's 'iat' lies ahead.",
        "Compare the clocks of this machine and of Keycloak; ClockSkew allows for small differences.");

    internal static readonly TokenRejection IssuedAtMissing = new(
        "issued_at_missing",
        "The token has no 'iat', so that no revocation could be told to concern it.",
        "Keycloak writes 'iat': look for a protocol mapper that overwrites it.");

    internal static readonly TokenRejection Lightweight = new(
        "lightweight",
        "This is a lightweight access token, without audience and roles: introspection is needed to know them.",
        "Set credentials (this API's client secret), so that lightweight tokens are introspected; or turn off 'Always use lightweight access token' (Clients > the client > Advanced).");

    internal static readonly TokenRejection Audience = new(
        "audience",
        "The token is not meant for this API: none of its audiences is one of Audiences.",
        "Add an audience mapper for this API to a client scope of the client (Client scopes > the scope > Mappers > Add mapper > By configuration > Audience).");

    // The key and the signature.
    internal static readonly TokenRejection KeyMissing = new(
        "key_missing",
        "The token's header names no key ('kid').",
        "Keycloak always names it: find out who made this token.");

    internal static readonly TokenRejection KeyUnknown = new(
        "key_unknown",
        "The token's key ('kid') is not one of the realm's.",
        "The key may have been removed (Realm settings > Keys), or the token comes from another realm or server with the same issuer: get a new token.");

    internal static readonly TokenRejection KeyUnusable = new(
        "key_unusable",
        "The realm lists the token's key ('kid'), and it cannot be used.",
        "Look at the key in Realm settings > Keys, and at Clients > the client > Advanced > Access token signature algorithm.");

    internal static readonly TokenRejection KeyUnfit = new(
        "key_unfit",
        "The token's key is not fit for the token's algorithm.",
        "Tokens of Keycloak always match their key: find out who made this one.");

    internal static readonly TokenRejection Signature = new(
        "signature",
        "The token's signature is wrong: it was changed after Keycloak signed it, or somebody else signed it.",
        "Send the value of 'access_token' unchanged; if it is, somebody tries to forge tokens.");

    // What happened after it was issued.
    internal static readonly TokenRejection Revoked = new(
        "revoked",
        "The token was issued before an event that ended it: its session or all sessions of its user ended, a not-before was pushed, or it was revoked by itself.",
        "The client must log in again, or, where its session lives on, refresh.")
    {
        Description = "The access token was revoked",
    };

    internal static readonly TokenRejection RevocationWatermark = new(
        "revocation_watermark",
        "The token is older than the revocations that could be kept: more came together than RevocationCapacity, and whether one of them meant this token is not known any more.",
        "The client must refresh. If this happens often, raise RevocationCapacity.")
    {
        Description = "The access token was revoked",
    };

    // What Keycloak itself says (RFC 7662).
    internal static readonly TokenRejection Inactive = new(
        "inactive",
        "The token is good by itself, and Keycloak says that it is no longer active: its session ended, it was revoked, or its user was disabled.",
        "The user must log in again. If every token is refused like this: this API's client must be in the token's audience (Keycloak since 26.6.2), and Keycloak must be asked under the host that issued the token.");

    /// <summary>All of them, for the table of codes and its test.</summary>
    internal static IReadOnlyList<TokenRejection> All { get; } =
    [
        HeaderRepeated, HeaderMalformed, Size, Form, JoseHeader, Critical, HeaderType, AlgorithmNone, AlgorithmSymmetric, AlgorithmEdDsa,
        Algorithm, Payload, Issuer, KindMissing, KindId, KindRefresh, KindOffline, KindLogout, KindRegistration, KindIdentityCookie,
        KindOther, BoundByDPoP, BoundByCertificate, Bound, Expired, ExpiryMissing, NotYetValid, IssuedAhead, IssuedAtMissing, Lightweight,
        Audience, KeyMissing, KeyUnknown, KeyUnusable, KeyUnfit, Signature, Revoked, RevocationWatermark, Inactive,
    ];
}
