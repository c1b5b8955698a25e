namespace Keycloak.ApiProtection.ProofOfPossession.Dpop;

/// <summary>The names of the HTTP headers of RFC 9449.</summary>
internal static class DpopHeaders
{
    /// <summary>The request header with the proof (section 4.1).</summary>
    public const string Proof = "DPoP";

    /// <summary>The response header with the nonce that the next proof must contain (section 8.1).</summary>
    public const string Nonce = "DPoP-Nonce";
}
