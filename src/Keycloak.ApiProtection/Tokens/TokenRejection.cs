using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Tokens;

namespace Keycloak.ApiProtection;

/// <summary>
/// The reason why a token, or the header that should have carried one, was rejected. The log and the application get all of it; the
/// client gets <see cref="Error"/> and <see cref="Description"/> only.
/// </summary>
/// <remarks>
/// A rejection is a value and not an exception, because unauthenticated clients can send invalid tokens at any rate. All codes are listed
/// in <see href="docs/rejections.md">docs/rejections.md</see>. The meaning of a code never changes.
/// </remarks>
public sealed partial record TokenRejection
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

    /// <summary>
    /// Gets the error code for the client: <c>invalid_token</c> or <c>invalid_request</c> (RFC 6750 section 3.1), or, for a DPoP proof,
    /// <c>invalid_dpop_proof</c> or <c>use_dpop_nonce</c> (RFC 9449 sections 7.1 and 9).
    /// </summary>
    public string Error { get; private init; } = InvalidToken;

    /// <summary>Gets the fixed description for the client. It contains nothing from the request.</summary>
    public string Description { get; private init; } = "The access token is invalid";

    /// <summary>Gets what was found and what was expected. Values from the token are escaped and truncated.</summary>
    public string Reason { get; private init; }

    /// <summary>Gets what to change in the code, the configuration or Keycloak's admin console.</summary>
    public string Remedy { get; private init; }

    /// <summary>Returns the same rejection with the details of one token. The remedy stays if <paramref name="remedy"/> is null.</summary>
    internal TokenRejection Because(string reason, string? remedy = null) =>
        this with { Reason = reason, Remedy = remedy ?? Remedy };

    // The Authorization header (RFC 6750 section 2.1).
    internal static readonly TokenRejection HeaderRepeated = new(
        "header_repeated",
        "The request carries more than one Authorization header, or a token in the header and another one in the query string.",
        "Send the access token once, as 'Authorization: Bearer <token>'.")
    {
        Error = InvalidRequest,
        Description = "The request carries more than one token",
    };

    internal static readonly TokenRejection HeaderMalformed = new(
        "header_malformed",
        "The Authorization header is not 'Bearer', a space and one token: the token is missing, there are several tokens, "
        + "or the token contains a comma, white space or a control character.",
        "Send 'Authorization: Bearer <access_token>' with the 'access_token' exactly as Keycloak's token endpoint returned it.")
    {
        Error = InvalidRequest,
        Description = "The Authorization header is malformed",
    };

    // The compact serialization (RFC 7515 section 7.1).
    internal static readonly TokenRejection Size = new(
        "size",
        "The token is longer than MaximumTokenSize.",
        "Remove claims from the token (Clients > the client > Client scopes, and turn off 'Full scope allowed'), "
        + "or increase MaximumTokenSize.");

    internal static readonly TokenRejection Form = new(
        "form",
        "The token does not consist of three base64url parts that are separated by dots.",
        "Send the value of 'access_token' from Keycloak's token response, unchanged. Opaque and encrypted tokens are not supported.");

    // The token's header (RFC 7515 section 4, RFC 8725).
    internal static readonly TokenRejection JoseHeader = new(
        "jose_header",
        "The token's header is not a JSON object with unique member names in which 'alg' is a string, "
        + "and 'kid' and 'typ' are strings if they are present.",
        "Keycloak does not issue such tokens. Find out who issued this token.");

    internal static readonly TokenRejection Critical = new(
        "critical",
        "The token's header has a 'crit' member, which lists extensions that the recipient must support. "
        + "None is supported (RFC 7515 section 4.1.11).",
        "Keycloak does not issue tokens with 'crit'. Find out who issued this token.");

    internal static readonly TokenRejection HeaderType = new(
        "header_type",
        "The 'typ' in the token's header is not JWT, at+jwt or application/at+jwt, so this is not an access token (RFC 9068 section 2.1).",
        "Send the value of 'access_token' from Keycloak's token response, not a logout token or another kind of token.");

    internal static readonly TokenRejection AlgorithmNone = new(
        "algorithm_none",
        "The token is not signed (alg 'none').",
        "An unsigned token must never be accepted. Find out who issued this token.");

    internal static readonly TokenRejection AlgorithmSymmetric = new(
        "algorithm_symmetric",
        "The token is signed with a shared secret (HMAC). Keycloak signs refresh, offline, registration and action tokens with a secret; "
        + "an API cannot verify such a signature.",
        "Send the value of 'access_token'. If the token is the value of 'access_token', set Clients > the client > Advanced > "
        + "Access token signature algorithm to RS256, PS256 or ES256.");

    internal static readonly TokenRejection AlgorithmEdDsa = new(
        "algorithm_eddsa",
        "The token is signed with EdDSA, and .NET does not support Ed25519.",
        "Set Clients > the client > Advanced > Access token signature algorithm to RS256, PS256 or ES256.");

    internal static readonly TokenRejection Algorithm = new(
        "algorithm",
        "The token's algorithm ('alg') is not one of those in Algorithms.",
        "Set Clients > the client > Advanced > Access token signature algorithm to one of those in Algorithms, "
        + "or add the token's algorithm to Algorithms.");

    // The token's payload (RFC 7519 section 4).
    internal static readonly TokenRejection Payload = new(
        "payload",
        "The token's payload is not a JSON object in UTF-8 with unique member names and with claims of the right type and range.",
        "Check the protocol mappers of the client and of its client scopes: one of them overwrites a claim that Keycloak writes itself.");

    // The claims.
    internal static readonly TokenRejection Issuer = new(
        "issuer",
        "The token's issuer ('iss') is not a valid issuer for this API.",
        "Use a token of this API's realm. If the token is from this realm, set ValidIssuers to the issuer that Keycloak writes "
        + "(its frontend URL; see 'issuer' in Realm settings > OpenID Endpoint Configuration).");

    internal static readonly TokenRejection KindMissing = new(
        "kind_missing",
        "The token's payload has no 'typ', so it cannot be identified as an access token.",
        "Keycloak writes 'typ'. Look for a protocol mapper that overwrites it.");

    internal static readonly TokenRejection KindId = new(
        "kind_id",
        "This is an ID token. It tells the client who logged in; it does not give access to an API.",
        "Send 'access_token' from the token response, not 'id_token'.");

    internal static readonly TokenRejection KindRefresh = new(
        "kind_refresh",
        "This is a refresh token. Only Keycloak's token endpoint accepts it.",
        "Send 'access_token' from the token response, not 'refresh_token'.");

    internal static readonly TokenRejection KindOffline = new(
        "kind_offline",
        "This is an offline token. Only Keycloak's token endpoint accepts it.",
        "Send it to the token endpoint (grant_type=refresh_token), and send the 'access_token' from the response to the API.");

    internal static readonly TokenRejection KindLogout = new(
        "kind_logout",
        "This is a logout token. It ends a session; it does not give access to an API.",
        "Set the client's Backchannel logout URL to a logout endpoint, not to another endpoint of the API.");

    internal static readonly TokenRejection KindRegistration = new(
        "kind_registration",
        "This is a token for Keycloak's client registration. Only the client registration endpoint accepts it.",
        "Send 'access_token' from the token response, not an initial access token or a registration access token.");

    internal static readonly TokenRejection KindIdentityCookie = new(
        "kind_identity_cookie",
        "This is the value of Keycloak's login cookie.",
        "The cookie of a browser was leaked to a client. Log the user out, and send 'access_token' from the token response.");

    internal static readonly TokenRejection KindOther = new(
        "kind_other",
        "The 'typ' in the token's payload is not Bearer: this is an action token or another token that only Keycloak uses.",
        "Send 'access_token' from the token response.");

    internal static readonly TokenRejection BoundByDPoP = new(
        "bound_dpop",
        "The token is bound to a key (DPoP), and Dpop:Mode is Refused.",
        "Request the token without a DPoP header, and turn off 'Require DPoP bound tokens' "
        + "(Clients > the client > Settings > Capability config); or set Dpop:Mode to WhenBound.");

    internal static readonly TokenRejection BoundByCertificate = new(
        "bound_certificate",
        "The token is bound to a client certificate (RFC 8705), and it was verified without a request whose client certificate could be "
        + "compared. Such a token must not be accepted as a bearer token.",
        "Verify the token in a request to an endpoint of this API, or turn off 'OAuth 2.0 Mutual TLS Certificate Bound Access Tokens' "
        + "(Clients > the client > Advanced > Advanced settings).");

    internal static readonly TokenRejection Bound = new(
        "bound",
        "The token is bound to a key by an unknown method ('cnf', RFC 7800).",
        "Request a token that is not bound to a key.");

    internal static readonly TokenRejection Expired = new(
        "expired",
        "The token has expired ('exp').",
        "The client must refresh the token or request a new one. If the token is new, compare the clocks of this machine and of Keycloak.")
    {
        Description = "The access token expired",
    };

    internal static readonly TokenRejection ExpiryMissing = new(
        "expiry_missing",
        "The token has no 'exp', or 'exp' is 0: it would never expire.",
        "Set Realm settings > Tokens > Access Token Lifespan (or the client's own) to a number of minutes.");

    internal static readonly TokenRejection NotYetValid = new(
        "not_yet_valid",
        "The token is not valid yet ('nbf' is in the future).",
        "Compare the clocks of this machine and of Keycloak. ClockSkew allows small differences.");

    internal static readonly TokenRejection IssuedAhead = new(
        "issued_ahead",
        "The token was issued in the future ('iat').",
        "Compare the clocks of this machine and of Keycloak. ClockSkew allows small differences.");

    internal static readonly TokenRejection IssuedAtMissing = new(
        "issued_at_missing",
        "The token has no 'iat', so it cannot be determined whether a revocation applies to it.",
        "Keycloak writes 'iat'. Look for a protocol mapper that overwrites it.");

    internal static readonly TokenRejection Lightweight = new(
        "lightweight",
        "This is a lightweight access token. It contains neither audience nor roles; only introspection returns them.",
        "Set credentials (this API's client secret), so that lightweight tokens are introspected, "
        + "or turn off 'Always use lightweight access token' (Clients > the client > Advanced).");

    internal static readonly TokenRejection Audience = new(
        "audience",
        "The token is not intended for this API: none of its audiences ('aud') is in Audiences.",
        "Add an audience mapper for this API to a client scope of the client "
        + "(Client scopes > the scope > Mappers > Add mapper > By configuration > Audience).");

    // The key and the signature.
    internal static readonly TokenRejection KeyMissing = new(
        "key_missing",
        "The token's header does not name a key ('kid').",
        "Keycloak always names the key. Find out who issued this token.");

    internal static readonly TokenRejection KeyUnknown = new(
        "key_unknown",
        "The token's key ('kid') is not one of the realm's keys.",
        "Get a new token. Either the key was removed from the realm (Realm settings > Keys), "
        + "or the token comes from another realm or server with the same issuer.");

    internal static readonly TokenRejection KeyUnusable = new(
        "key_unusable",
        "The realm publishes the token's key ('kid'), but the key cannot be used.",
        "Check the key in Realm settings > Keys, and Clients > the client > Advanced > Access token signature algorithm.");

    internal static readonly TokenRejection KeyUnfit = new(
        "key_unfit",
        "The token's key ('kid') cannot be used with the token's algorithm ('alg').",
        "In tokens of Keycloak, the algorithm always matches the key. Find out who issued this token.");

    internal static readonly TokenRejection Signature = new(
        "signature",
        "The token's signature is invalid: the token was changed after Keycloak signed it, or Keycloak did not sign it.",
        "Send the value of 'access_token' unchanged. If the client does this already, someone is trying to forge tokens.");

    // Revocations after the token was issued.
    internal static readonly TokenRejection Revoked = new(
        "revoked",
        "The token was issued before an event that revoked it: its session or all sessions of its user ended, a not-before was pushed, "
        + "or this token was revoked.",
        "The client must get a new token: with a refresh if the session still exists, otherwise with a new login.")
    {
        Description = "The access token was revoked",
    };

    internal static readonly TokenRejection RevocationWatermark = new(
        "revocation_watermark",
        "The token was issued at or before the watermark of the revocations. There were more revocations than Revocation.Capacity, "
        + "so it is no longer known whether one of the oldest applies to this token.",
        "The client must refresh the token. If this happens often, increase Revocation.Capacity.")
    {
        Description = "The access token was revoked",
    };

    internal static readonly TokenRejection Recheck = new(
        "recheck",
        "Rights of the token's user changed in Keycloak after the token was issued, and this API has no credentials to ask Keycloak for "
        + "the present rights.",
        "Set credentials (this API's client secret), so that such tokens are introspected. A token that the client gets with a refresh is "
        + "accepted.")
    {
        Description = "The access token is outdated",
    };

    // Keycloak's introspection response (RFC 7662).
    internal static readonly TokenRejection Inactive = new(
        "inactive",
        "The token was verified, but Keycloak says that it is no longer active: its session ended, it was revoked, "
        + "or its user was disabled.",
        "The user must log in again. If every token is rejected for this reason: this API's client must be in the token's audience "
        + "(Keycloak 26.6.2 and later), and this API must reach Keycloak under the host name that issued the token.");

    /// <summary>Gets all rejections, for the table of codes and its test.</summary>
    internal static IReadOnlyList<TokenRejection> All =>
    [
        HeaderRepeated, HeaderMalformed, Size, Form, JoseHeader, Critical, HeaderType, AlgorithmNone, AlgorithmSymmetric, AlgorithmEdDsa,
        Algorithm, Payload, Issuer, KindMissing, KindId, KindRefresh, KindOffline, KindLogout, KindRegistration, KindIdentityCookie,
        KindOther, BoundByDPoP, BoundByCertificate, Bound, Expired, ExpiryMissing, NotYetValid, IssuedAhead, IssuedAtMissing, Lightweight,
        Audience, KeyMissing, KeyUnknown, KeyUnusable, KeyUnfit, Signature, Revoked, RevocationWatermark, Recheck,
        Inactive,
        .. Proofs,
    ];
}
