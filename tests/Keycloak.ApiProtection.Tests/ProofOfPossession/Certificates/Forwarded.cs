using System.Security.Cryptography;
using Keycloak.ApiProtection.Testing;

namespace Keycloak.ApiProtection.Tests.ProofOfPossession.Certificates;

/// <summary>A certificate as proxies write it into their headers.</summary>
internal static class Forwarded
{
    public static readonly ForwardedCertificate[] Forms = Enum.GetValues<ForwardedCertificate>();

    public static string Header(ForwardedCertificate form, ClientCertificate certificate) => form switch
    {
        ForwardedCertificate.Nginx => Pem(certificate),
        ForwardedCertificate.Envoy => $"By=https://cluster/api;Hash={Hash(certificate)};Cert=\"{Pem(certificate)}\";Subject=\"CN=x\";URI=",
        ForwardedCertificate.Traefik => Der(certificate),
        _ => $":{Der(certificate)}:",
    };

    /// <summary>The URL-escaped PEM.</summary>
    public static string Pem(ClientCertificate certificate) => Uri.EscapeDataString(certificate.Certificate.ExportCertificatePem() + "\n");

    public static string Der(ClientCertificate certificate) => Convert.ToBase64String(certificate.Certificate.RawData);

    /// <summary>The SHA-256 in hexadecimal digits.</summary>
    public static string Hash(ClientCertificate certificate) => Convert.ToHexStringLower(SHA256.HashData(certificate.Certificate.RawData));
}
