namespace Keycloak.ApiProtection;

/// <summary>In which form a proxy that ends TLS forwards the certificate of the client.</summary>
public enum ForwardedCertificate
{
    /// <summary>
    /// NGINX: the header <c>X-SSL-Client-Cert</c> with the URL-escaped PEM of <c>$ssl_client_escaped_cert</c>.
    /// </summary>
    Nginx,

    /// <summary>
    /// Envoy: the header <c>X-Forwarded-Client-Cert</c> with one element, of which <c>Hash</c> and <c>Cert</c> are read. Envoy must set the
    /// header anew (<c>SANITIZE_SET</c>).
    /// </summary>
    Envoy,

    /// <summary>
    /// Traefik: the header <c>X-Forwarded-Tls-Client-Cert</c> with the base64 of the DER, of which the first of several certificates is the
    /// client's.
    /// </summary>
    Traefik,

    /// <summary>RFC 9440: the header <c>Client-Cert</c> with the base64 of the DER between colons.</summary>
    Rfc9440,
}
