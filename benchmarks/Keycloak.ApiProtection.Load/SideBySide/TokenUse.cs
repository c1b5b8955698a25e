using System.Net;
using System.Net.Http.Headers;

namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>Sends a request with an access token.</summary>
internal static class TokenUse
{
    /// <summary>Sends the request.</summary>
    /// <returns>True if the token was accepted, false if it was rejected.</returns>
    /// <exception cref="InvalidOperationException">The status is neither 200 nor 401.</exception>
    public static async Task<bool> IsAcceptedAsync(HttpClient http, Uri address, string token, CancellationToken cancellation = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(request, cancellation);
        return response.StatusCode switch
        {
            HttpStatusCode.OK => true,
            HttpStatusCode.Unauthorized => false,
            _ => throw new InvalidOperationException($"{address} responded with {(int)response.StatusCode}, expected 200 or 401."),
        };
    }
}
