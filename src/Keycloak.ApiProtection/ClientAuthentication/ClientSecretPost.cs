namespace Keycloak.ApiProtection.ClientAuthentication;

/// <summary>Client authentication with id and secret in the form (RFC 6749 section 2.3.1).</summary>
internal sealed class ClientSecretPost(string clientId, string secret) : IClientAuthentication
{
    /// <inheritdoc />
    public void Apply(HttpRequestMessage request, ICollection<KeyValuePair<string, string>> form, string issuer)
    {
        form.Add(new("client_id", clientId));
        form.Add(new("client_secret", secret));
    }
}
