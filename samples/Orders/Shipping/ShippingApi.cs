using System.Net.Http.Headers;

namespace Orders.Shipping;

/// <summary>A client for the shipping API.</summary>
internal sealed class ShippingApi(HttpClient http)
{
    /// <summary>Requests the shipment of an order. Error responses are returned, not thrown.</summary>
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
