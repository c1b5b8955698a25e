using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Keycloak.ApiProtection.Testing;

/// <summary>A self-signed certificate of a client, for mutual TLS and for tokens that are bound to it (RFC 8705).</summary>
/// <remarks>The server must accept certificates without a chain to a trusted root (RFC 8705 section 2.2).</remarks>
public sealed class ClientCertificate : IDisposable
{
    private ClientCertificate(X509Certificate2 certificate)
    {
        Certificate = certificate;
        Thumbprint = Base64Url.EncodeToString(SHA256.HashData(certificate.RawData));
    }

    /// <summary>The certificate with its private key, a P-256 key. This object owns it.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>
    /// The SHA-256 hash of the DER certificate, base64url-encoded: <c>cnf.x5t#S256</c> of a token that is bound to this certificate.
    /// </summary>
    public string Thumbprint { get; }

    /// <summary>Creates a new certificate with a new key.</summary>
    /// <param name="commonName">The common name of the subject. <c>client</c> by default.</param>
    /// <returns>A certificate that is valid for one year by the clock of the system, because TLS stacks use that clock.</returns>
    public static ClientCertificate Create(string commonName = "client")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(commonName);
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2", "TLS client authentication")], critical: false));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(1));

        // Windows cannot use a key for TLS that was never stored.
        return new ClientCertificate(X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null));
    }

    /// <summary>Creates a handler that presents this certificate to servers.</summary>
    /// <returns>
    /// A handler that the caller owns. It verifies the server's certificate as usual: for a server with a certificate of its own, set
    /// <see cref="HttpClientHandler.ServerCertificateCustomValidationCallback"/>.
    /// </returns>
    public HttpClientHandler CreateHandler()
    {
        var handler = new HttpClientHandler { ClientCertificateOptions = ClientCertificateOption.Manual };
        handler.ClientCertificates.Add(Certificate);
        return handler;
    }

    /// <summary>Disposes <see cref="Certificate"/>.</summary>
    public void Dispose() => Certificate.Dispose();
}
