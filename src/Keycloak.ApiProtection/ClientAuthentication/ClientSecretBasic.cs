using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Keycloak.ApiProtection.ClientAuthentication;

/// <summary>Client authentication with id and secret in the <c>Authorization</c> header (RFC 6749 section 2.3.1).</summary>
/// <remarks>Both are form-urlencoded first, so that colons and non-ASCII characters are preserved.</remarks>
internal sealed class ClientSecretBasic(string clientId, string secret) : IClientAuthentication
{
    private readonly AuthenticationHeaderValue _header = new(
        "Basic",
        Convert.ToBase64String(Encoding.ASCII.GetBytes($"{WebUtility.UrlEncode(clientId)}:{WebUtility.UrlEncode(secret)}")));

    /// <inheritdoc />
    public void Apply(HttpRequestMessage request, ICollection<KeyValuePair<string, string>> form, string issuer) =>
        request.Headers.Authorization = _header;
}
