namespace Keycloak.ApiProtection.ProofOfPossession.Certificates;

/// <summary>The certificate of a client as a proxy has forwarded it.</summary>
/// <param name="Thumbprint">The SHA-256 of its DER in base64url.</param>
/// <param name="Der">Its DER, or null if the proxy has forwarded the hash only.</param>
internal sealed record LeafCertificate(string Thumbprint, byte[]? Der)
{
    /// <summary>Returns the certificate with this DER, or null if there is no DER.</summary>
    public static LeafCertificate? Of(byte[]? der) => der is null ? null : new(CertificateBinding.ThumbprintOf(der), der);
}
