using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Keycloak.ApiProtection.KeycloakTests.Servers;

/// <summary>Temporary certificates for mutual TLS: one for the server, and one for a client that the server trusts.</summary>
public sealed class ServerCertificates : IDisposable
{
    private ServerCertificates(string folder, X509Certificate2 client)
    {
        ServerCertificateFile = Path.Combine(folder, "server.pem");
        ServerKeyFile = Path.Combine(folder, "server.key");
        TrustedClientsFile = Path.Combine(folder, "clients.pem");
        Client = client;
    }

    public string ServerCertificateFile { get; }

    public string ServerKeyFile { get; }

    public string TrustedClientsFile { get; }

    /// <summary>The certificate and private key of a client.</summary>
    public X509Certificate2 Client { get; }

    public static ServerCertificates Create(string folder)
    {
        using var server = SelfSigned("CN=127.0.0.1");
        var certificates = new ServerCertificates(folder, SelfSigned("CN=mutual TLS client"));
        File.WriteAllText(certificates.ServerCertificateFile, server.ExportCertificatePem());
        File.WriteAllText(certificates.ServerKeyFile, server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(certificates.TrustedClientsFile, certificates.Client.ExportCertificatePem());
        return certificates;
    }

    public void Dispose() => Client.Dispose();

    /// <summary>Creates a self-signed certificate.</summary>
    public static X509Certificate2 SelfSigned(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
    }
}
