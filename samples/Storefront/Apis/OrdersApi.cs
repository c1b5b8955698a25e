using System.Net.Http.Headers;
using Storefront.Configuration;

namespace Storefront.Apis;

/// <summary>Sends requests to the orders API and returns the responses, including rejections.</summary>
internal sealed class OrdersApi(IHttpClientFactory clients, TimeProvider time)
{
    private const int LongestBody = 4_000;

    /// <summary>Gets the user's e-mail address (scope <c>email</c>).</summary>
    public Task<ApiAnswer> EmailAsync(ApiWay way, string token, CancellationToken cancellation) =>
        SendAsync(way, HttpMethod.Get, "email", token, null, cancellation);

    /// <summary>Gets the user's orders (scope <c>orders:read</c>).</summary>
    public Task<ApiAnswer> OrdersAsync(ApiWay way, string token, CancellationToken cancellation) =>
        SendAsync(way, HttpMethod.Get, "orders", token, null, cancellation);

    /// <summary>Places an order (scope <c>orders:write</c>).</summary>
    public Task<ApiAnswer> PlaceAsync(ApiWay way, string token, string item, int quantity, CancellationToken cancellation) =>
        SendAsync(way, HttpMethod.Post, "orders", token, JsonContent.Create(new { item, quantity }), cancellation);

    /// <summary>Places a large order (scope <c>orders:write</c>, stronger and recent log-in). Only the direct way offers it.</summary>
    public Task<ApiAnswer> PlaceLargeAsync(string token, string item, int quantity, CancellationToken cancellation) =>
        SendAsync(ApiWay.Direct, HttpMethod.Post, "orders/large", token, JsonContent.Create(new { item, quantity }), cancellation);

    /// <summary>Gets the shipment of an order.</summary>
    /// <remarks>The orders API calls the shipping API, with an exchanged token or with the received one.</remarks>
    public Task<ApiAnswer> ShipmentAsync(ApiWay way, string token, string order, bool passTokenOn, CancellationToken cancellation)
    {
        var path = $"orders/{Uri.EscapeDataString(order)}/shipment{(passTokenOn ? "/passed-on" : string.Empty)}";
        return SendAsync(way, HttpMethod.Get, path, token, null, cancellation);
    }

    /// <summary>Registers one HTTP client for each way.</summary>
    public static void AddClients(IServiceCollection services)
    {
        foreach (var way in ApiWays.All)
        {
            services.AddHttpClient(way.Key(), (provider, client) =>
            {
                client.BaseAddress = provider.GetRequiredService<Microsoft.Extensions.Options.IOptions<ApisOptions>>().Value.AddressOf(way);
                client.Timeout = TimeSpan.FromSeconds(10);
                client.MaxResponseContentBufferSize = 256 * 1024;
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        }

        services.AddSingleton<OrdersApi>();
    }

    private async Task<ApiAnswer> SendAsync(
        ApiWay way, HttpMethod method, string path, string token, HttpContent? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var name = $"{method} {path}";
        var started = time.GetTimestamp();
        try
        {
            using var response = await clients.CreateClient(way.Key()).SendAsync(request, cancellation);
            var challenge = response.Headers.TryGetValues("WWW-Authenticate", out var challenges) ? string.Join(", ", challenges) : null;
            var text = await response.Content.ReadAsStringAsync(cancellation);
            return new ApiAnswer(
                way,
                name,
                (int)response.StatusCode,
                challenge is null ? null : Shortened(challenge, 1_000),
                Shortened(text, LongestBody),
                time.GetElapsedTime(started).TotalMilliseconds);
        }
        catch (Exception failure)
            when (failure is HttpRequestException || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            var reason = failure is HttpRequestException ? failure.Message : "There was no response within 10 seconds.";
            return new ApiAnswer(way, name, null, null, reason, time.GetElapsedTime(started).TotalMilliseconds);
        }
    }

    private static string Shortened(string text, int length) => text.Length <= length ? text : text[..length] + "…";
}
