using Keycloak.ApiProtection.ProofOfPossession.Dpop.Urls;

namespace Keycloak.ApiProtection;

/// <content>The rejections of bound tokens and of DPoP proofs (RFC 9449, RFC 8705).</content>
public sealed partial record TokenRejection
{
    private const string InvalidProof = "invalid_dpop_proof";
    private const string UseNonce = "use_dpop_nonce";
    private const string InvalidProofText = "The DPoP proof is invalid";

    // The binding of the token.
    internal static readonly TokenRejection BoundMalformed = new(
        "bound_malformed",
        "The token's 'jkt' or 'x5t#S256' ('cnf', RFC 7800) is not the base64url text of a SHA-256.",
        "Keycloak writes 'cnf'. Look for a protocol mapper that overwrites it.");

    internal static readonly TokenRejection BoundWithoutKey = new(
        "bound_without_key",
        "The 'typ' in the token's payload is DPoP, but 'cnf' has no 'jkt', so it is unknown which key must prove possession.",
        "The client has sent a certificate and a DPoP proof to Keycloak's token endpoint, and Keycloak has bound the token to the "
        + "certificate only. Send one of them.");

    internal static readonly TokenRejection BoundCertificateMissing = new(
        "bound_certificate_missing",
        "The token is bound to a client certificate (RFC 8705), and the request has come without one, as from anyone who stole the token.",
        "The client must connect with the certificate that it used at Keycloak's token endpoint. If it does: Kestrel requests certificates "
        + "only with ClientCertificateMode AllowCertificate or RequireCertificate; behind a proxy, call AddKeycloakCertificateForwarding.")
    {
        Description = "The access token requires a client certificate",
    };

    internal static readonly TokenRejection BoundCertificateOther = new(
        "bound_certificate_other",
        "The token is bound to another client certificate (RFC 8705) than the one of the request.",
        "The client must connect with the certificate that it used at Keycloak's token endpoint. After a new certificate, it must request "
        + "a new token. If the certificate is that of a proxy, forward the client's with AddKeycloakCertificateForwarding.")
    {
        Description = "The access token is bound to another client certificate",
    };

    internal static readonly TokenRejection DpopScheme = new(
        "dpop_scheme",
        "The token is bound to a key (DPoP), but it was sent as a bearer token, as anyone could who stole it (RFC 9449 section 7.2).",
        "Send 'Authorization: DPoP <token>' and a proof in the DPoP header.")
    {
        Description = "The access token requires the DPoP scheme",
    };

    internal static readonly TokenRejection DpopUnbound = new(
        "dpop_unbound",
        "The token was sent as 'Authorization: DPoP', or this API requires a bound token, but the token is not bound to a key: "
        + "'cnf' has no 'jkt'.",
        "Request the token with a DPoP proof (Clients > the client > Settings > Capability config > Require DPoP bound tokens), "
        + "or send an unbound token as 'Authorization: Bearer <token>'.")
    {
        Description = "The access token is not bound to a key",
    };

    internal static readonly TokenRejection ProofRequired = new(
        "proof_required",
        "The endpoint requires a token that is bound to a key (DPoP) or to a client certificate, and this token is not bound.",
        "Request the token with a DPoP proof (Clients > the client > Settings > Capability config > Require DPoP bound tokens), "
        + "or with a client certificate (RFC 8705).")
    {
        Description = "The endpoint requires an access token that is bound to a key",
    };

    // The DPoP header and the form of the proof (RFC 9449 section 4.3).
    internal static readonly TokenRejection DpopMissing = OfProof(
        "dpop_missing",
        "The token is bound to a key (DPoP), but the request has no DPoP header.",
        "The client must send a new proof in the DPoP header of each request. If the client sends it, a proxy removes the header.");

    internal static readonly TokenRejection DpopRepeated = OfProof(
        "dpop_repeated",
        "The request has more than one DPoP header.",
        "Send one proof for each request. A retry must replace the header, not add another one.");

    internal static readonly TokenRejection DpopSize = OfProof(
        "dpop_size",
        "The DPoP header is empty, or it is longer than 4096 characters.",
        "Send the proof alone. Remove members that RFC 9449 section 4.2 does not list.");

    internal static readonly TokenRejection DpopForm = OfProof(
        "dpop_form",
        "The proof does not consist of three base64url parts, its header or payload is not a JSON object with unique member names, "
        + "its header has 'crit', or a claim is not of the right type.",
        "Use a client library that supports RFC 9449.");

    internal static readonly TokenRejection DpopType = OfProof(
        "dpop_type",
        "The 'typ' in the proof's header is not dpop+jwt.",
        "Send a DPoP proof in the DPoP header, not an access token or another JWT.");

    internal static readonly TokenRejection DpopAlgorithm = OfProof(
        "dpop_algorithm",
        "The proof's algorithm ('alg') is not one of those in Dpop:Algorithms.",
        "Let the client create a key for one of the algorithms in the challenge ('algs'), or add the algorithm to Dpop:Algorithms.");

    internal static readonly TokenRejection DpopKey = OfProof(
        "dpop_key",
        "The key in the proof's header ('jwk') is missing, contains a private member, does not fit the proof's algorithm, "
        + "or is not a valid EC key or RSA key of 2048 to 4096 bits.",
        "Put the public key into 'jwk', and nothing of the private key. If the private key was sent, replace it.");

    internal static readonly TokenRejection DpopKeyOther = new(
        "dpop_key_other",
        "The token is bound to another key than the one in the proof: the key's thumbprint (RFC 7638) is not the token's 'jkt'.",
        "Sign the proof with the key with which the token was requested. If the client does this already, someone uses a stolen token.")
    {
        Description = "Invalid DPoP key binding",
    };

    // The claims of the proof.
    internal static readonly TokenRejection DpopMethod = OfProof(
        "dpop_method",
        "The proof is for another HTTP method ('htm'). Methods are case-sensitive.",
        "Create the proof for the method of the request.");

    internal static readonly TokenRejection DpopUrl = OfProof(
        "dpop_url",
        "The proof is for another URL ('htu').",
        "Create the proof for the URL of the request, without query and fragment. Behind a proxy, set PublicUrl to the URL that clients "
        + "use.");

    internal static readonly TokenRejection DpopTokenHash = OfProof(
        "dpop_token_hash",
        "The proof is for another access token: 'ath' is missing or is not the SHA-256 of this token.",
        "Create a new proof for each access token, after a refresh too.");

    internal static readonly TokenRejection DpopId = OfProof(
        "dpop_id",
        "The proof's 'jti' is missing, is not a string, or does not have 1 to 256 characters.",
        "Set 'jti' to a new random value for each proof.");

    internal static readonly TokenRejection DpopNonce = OfProof(
        "dpop_nonce",
        "The proof has no nonce although one is required, or its nonce has expired or is not from this API for this key.",
        "None. The client repeats the request with the nonce from the DPoP-Nonce header of the response (RFC 9449 section 9).")
    with
    {
        Error = UseNonce,
        Description = "The DPoP proof requires the nonce of this response",
    };

    internal static readonly TokenRejection DpopTime = OfProof(
        "dpop_time",
        "The proof's 'iat' is missing, is not a whole number of seconds, is too old or is in the future.",
        "Create the proof directly before the request, and correct the clock of the client or of this machine. "
        + "With Dpop:Nonce set to Required, the client's clock does not count.");

    internal static readonly TokenRejection DpopSignature = OfProof(
        "dpop_signature",
        "The proof's signature is invalid: the key in the proof did not sign it.",
        "Use a client library that supports RFC 9449. ECDSA signatures are r and s, not DER. If the client's library is correct, "
        + "someone is trying to forge proofs.");

    internal static readonly TokenRejection DpopReplayed = OfProof(
        "dpop_replayed",
        "The proof was used before: its 'jti' is known for this key.",
        "Create a new proof for each request, for a retry too. If the client does this already, someone repeats its requests.");

    /// <summary>Gets whether the client must use the scheme <c>DPoP</c>, so that the challenge names it.</summary>
    internal bool AsksForProof => Error is InvalidProof or UseNonce || this == DpopScheme || this == DpopUnbound || this == ProofRequired;

    private static TokenRejection[] Proofs =>
    [
        BoundMalformed, BoundWithoutKey, BoundCertificateMissing, BoundCertificateOther, DpopScheme, DpopUnbound, ProofRequired,
        DpopMissing, DpopRepeated, DpopSize, DpopForm, DpopType, DpopAlgorithm, DpopKey, DpopKeyOther, DpopMethod, DpopUrl, DpopTokenHash,
        DpopId, DpopNonce, DpopTime, DpopSignature, DpopReplayed,
    ];

    private static TokenRejection OfProof(string code, string reason, string remedy) =>
        new(code, reason, remedy) { Error = InvalidProof, Description = InvalidProofText };
}
