namespace Keycloak.ApiProtection.ClientAuthentication;

/// <summary>The client's id alone (RFC 8705 section 2): the certificate is the connection's, and the HttpClient's to bring.</summary>
internal sealed class TlsClientCertificate(string clientId) : IClientAuthentication
{
    /// <inheritdoc />
    public void Apply(HttpRequestMessage request, ICollection<KeyValuePair<string, string>> form, string issuer) => form.Add(new("client_id", clientId));
}
