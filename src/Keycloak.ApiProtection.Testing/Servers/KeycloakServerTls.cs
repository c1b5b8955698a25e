namespace Keycloak.ApiProtection.Testing.Servers;

/// <summary>The files with which a real Keycloak listens over TLS, all PEM.</summary>
/// <param name="CertificateFile">The server's certificate, and those that vouch for it.</param>
/// <param name="KeyFile">The certificate's private key.</param>
/// <param name="TrustedClientsFile">
/// The certificates of clients that the server trusts, for mutual TLS. Null: none. The server asks for client certificates only where the
/// distribution was built to (<c>kc.sh build --https-client-auth=request</c>).
/// </param>
public sealed record KeycloakServerTls(string CertificateFile, string KeyFile, string? TrustedClientsFile = null);
