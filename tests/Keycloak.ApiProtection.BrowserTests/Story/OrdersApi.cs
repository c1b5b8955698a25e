using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Keycloak.ApiProtection.BrowserTests.Story;

/// <summary>A client that calls the orders API on each of the three ways.</summary>
public sealed class OrdersApi(Uri gateway) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly HttpClient _http = new();

    /// <summary>Requests the email address on each way.</summary>
    public Task<IReadOnlyDictionary<string, int>> EmailAsync(string token, CancellationToken cancellationToken) =>
        EachAsync(way => StatusAsync(HttpMethod.Get, way, "email", token, cancellationToken));

    /// <summary>Places an order on each way.</summary>
    public Task<IReadOnlyDictionary<string, int>> PlaceAsync(string token, CancellationToken cancellationToken) =>
        EachAsync(way => StatusAsync(HttpMethod.Post, way, "orders", token, cancellationToken));

    /// <summary>Performs an action, then sends requests on each way until it rejects the token. The times start with the action.</summary>
    /// <remarks>
    /// No requests are sent during the action: Keycloak 26 can restore a session that is introspected while it ends (keycloak/keycloak
    /// issue 51127), and the gateway introspects the token of every request.
    /// </remarks>
    public async Task<IReadOnlyDictionary<string, WayAnswer>> RefusedAfterAsync(
        Func<Task> act, string token, CancellationToken cancellationToken)
    {
        var before = await EmailAsync(token, cancellationToken);
        Assert.All(before, answer => Assert.Equal(200, answer.Value));
        var began = TimeProvider.System.GetTimestamp();
        await act();
        var refusals = await Task.WhenAll(Way.All.Select(way => RefusalAsync(way, token, began, cancellationToken)));
        return Way.All.Zip(refusals).ToDictionary(answer => answer.First, answer => answer.Second);
    }

    public void Dispose() => _http.Dispose();

    private async Task<WayAnswer> RefusalAsync(string way, string token, long began, CancellationToken cancellationToken)
    {
        while (true)
        {
            var status = await StatusAsync(HttpMethod.Get, way, "email", token, cancellationToken);
            var after = TimeProvider.System.GetElapsedTime(began);
            if (status != 200 || after > Patience)
            {
                return new WayAnswer(status, after);
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    private static async Task<IReadOnlyDictionary<string, int>> EachAsync(Func<string, Task<int>> ask)
    {
        Dictionary<string, int> statuses = [];
        foreach (var way in Way.All)
        {
            statuses[way] = await ask(way);
        }

        return statuses;
    }

    private async Task<int> StatusAsync(HttpMethod method, string way, string path, string token, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(gateway, $"{way}/{path}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Content = method == HttpMethod.Post ? JsonContent.Create(new { item = "lamp", quantity = 1 }) : null;
        using var response = await _http.SendAsync(request, cancellationToken);
        return (int)response.StatusCode;
    }
}
