using System.Net;
using System.Net.Http.Headers;

namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>One request with an access token.</summary>
internal static class TokenUse
{
    /// <summary>Sends it.</summary>
    /// <returns>Whether the token was accepted; else it was refused.</returns>
    /// <exception cref="InvalidOperationException">The answer says neither.</exception>
    public static async Task<bool> IsAcceptedAsync(HttpClient http, Uri address, string token, CancellationToken cancellation = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        using var response = await http.SendAsync(request, cancellation);
        return response.StatusCode switch
        {
            HttpStatusCode.OK => true,
            HttpStatusCode.Unauthorized => false,
            _ => throw new InvalidOperationException($"{address} answered {(int)response.StatusCode}, which is neither acceptance nor refusal of a token."),
        };
    }
}
