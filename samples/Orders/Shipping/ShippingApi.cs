using System.Net.Http.Headers;

namespace Orders.Shipping;

/// <summary>Asks the shipping API, with a token of the caller's.</summary>
internal sealed class ShippingApi(HttpClient http)
{
    /// <summary>Asks where an order is. A refusal is an answer, too.</summary>
    public async Task<ShippingAnswer> AskAsync(int order, string token, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/shipments/{order}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(request, cancellation);
        return new ShippingAnswer(
            (int)response.StatusCode,
            response.Headers.WwwAuthenticate.ToString(),
            await response.Content.ReadAsStringAsync(cancellation));
    }
}
