namespace Keycloak.ApiProtection.Testing.Servers;

/// <summary>The files that a real Keycloak needs for TLS, all in PEM format.</summary>
/// <param name="CertificateFile">The server's certificate and its certificate chain.</param>
/// <param name="KeyFile">The certificate's private key.</param>
/// <param name="TrustedClientsFile">
/// The client certificates that the server trusts for mutual TLS; null for none. The server requests client certificates only if the
/// distribution was built for it (<c>kc.sh build --https-client-auth=request</c>).
/// </param>
public sealed record KeycloakServerTls(string CertificateFile, string KeyFile, string? TrustedClientsFile = null);
