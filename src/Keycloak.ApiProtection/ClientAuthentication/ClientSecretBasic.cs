using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Keycloak.ApiProtection.ClientAuthentication;

/// <summary>Id and secret in the header (RFC 6749 section 2.3.1): form-urlencoded first, so that colons and letters beyond ASCII survive.</summary>
internal sealed class ClientSecretBasic(string clientId, string secret) : IClientAuthentication
{
    private readonly AuthenticationHeaderValue _header = new(
        "Basic",
        Convert.ToBase64String(Encoding.ASCII.GetBytes($"{WebUtility.UrlEncode(clientId)}:{WebUtility.UrlEncode(secret)}")));

    /// <inheritdoc />
    public void Apply(HttpRequestMessage request, ICollection<KeyValuePair<string, string>> form, string issuer) => request.Headers.Authorization = _header;
}
