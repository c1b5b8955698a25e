using Microsoft.Extensions.Primitives;

namespace Keycloak.ApiProtection.ProofOfPossession.Certificates;

/// <summary>Reads the header in which a proxy forwards the client's certificate. Does not throw, whatever the header contains.</summary>
internal static class ForwardedCertificateHeader
{
    /// <summary>The maximum length of the header's value in characters. A certificate has 1 to 3 KB.</summary>
    public const int LongestValue = 8192;

    /// <summary>Returns the name of the header that a proxy sends by default.</summary>
    public static string DefaultName(ForwardedCertificate form) => form switch
    {
        ForwardedCertificate.Nginx => "X-SSL-Client-Cert",
        ForwardedCertificate.Envoy => "X-Forwarded-Client-Cert",
        ForwardedCertificate.Traefik => "X-Forwarded-Tls-Client-Cert",
        _ => "Client-Cert",
    };

    /// <summary>Reads the certificate.</summary>
    /// <param name="values">All values of the header.</param>
    /// <param name="form">The form of the value.</param>
    /// <param name="certificate">The certificate, or null.</param>
    /// <returns>Null if there is one certificate; otherwise the problem, without any part of the header.</returns>
    public static string? Read(StringValues values, ForwardedCertificate form, out LeafCertificate? certificate)
    {
        certificate = null;
        if (values.Count != 1)
        {
            return "there is more than one header";
        }

        var value = values[0].AsSpan().Trim();
        if (value.Length is 0 or > LongestValue)
        {
            return value.Length == 0 ? "it is empty" : $"it is longer than {LongestValue} characters";
        }

        return form switch
        {
            ForwardedCertificate.Nginx => FromPem(value, out certificate),
            ForwardedCertificate.Envoy => ForwardedClientCert.Read(value, out certificate),
            ForwardedCertificate.Traefik => FromTraefik(value, out certificate),
            _ => FromByteSequence(value, out certificate),
        };
    }

    private static string? FromPem(ReadOnlySpan<char> value, out LeafCertificate? certificate)
    {
        certificate = LeafCertificate.Of(CertificateText.FromPem(Uri.UnescapeDataString(value)));
        return certificate is null
            ? "it is not the URL-escaped PEM of exactly one certificate (NGINX: $ssl_client_escaped_cert, not $ssl_client_raw_cert)"
            : null;
    }

    // The client's certificate is the first one (RFC 8446 section 4.4.2). Only its key was proven.
    private static string? FromTraefik(ReadOnlySpan<char> value, out LeafCertificate? certificate)
    {
        var end = value.IndexOf(',');
        certificate = LeafCertificate.Of(CertificateText.FromBase64(end < 0 ? value : value[..end]));
        return certificate is null ? "it is not the base64 of a certificate's DER (Traefik: passTLSClientCert with pem)" : null;
    }

    // A byte sequence of RFC 8941 section 3.3.5.
    private static string? FromByteSequence(ReadOnlySpan<char> value, out LeafCertificate? certificate)
    {
        certificate = value is [':', .. var text, ':'] ? LeafCertificate.Of(CertificateText.FromBase64(text)) : null;
        return certificate is null ? "it is not the base64 of a certificate's DER between colons (RFC 9440 section 2.1)" : null;
    }
}
