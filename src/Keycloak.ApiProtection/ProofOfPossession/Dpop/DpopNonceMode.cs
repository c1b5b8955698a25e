namespace Keycloak.ApiProtection;

/// <summary>When a DPoP proof must contain a nonce of this API (RFC 9449 section 9).</summary>
public enum DpopNonceMode
{
    /// <summary>
    /// Never: nonces are neither sent nor checked. While the memory of used proofs is full, requests get 503, because a replay could not
    /// be detected.
    /// </summary>
    Never,

    /// <summary>
    /// Only while the memory of used proofs is full, and for a key that takes more than an eighth of it. Proofs with a nonce need to be
    /// remembered for a shorter time.
    /// </summary>
    UnderPressure,

    /// <summary>Always. The clocks of clients do not matter then.</summary>
    Required,
}
