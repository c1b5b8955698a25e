namespace Keycloak.ApiProtection.ClientAuthentication;

/// <summary>Client authentication with a TLS client certificate: the request contains only the client id (RFC 8705 section 2).</summary>
/// <remarks>The <see cref="HttpClient"/> must be configured to send the certificate with the connection.</remarks>
internal sealed class TlsClientCertificate(string clientId) : IClientAuthentication
{
    /// <inheritdoc />
    public void Apply(HttpRequestMessage request, ICollection<KeyValuePair<string, string>> form, string issuer) =>
        form.Add(new("client_id", clientId));
}
