using System.Collections.Concurrent;
using System.Diagnostics;
using Keycloak.ApiProtection.KeycloakTests.Api;

namespace Keycloak.ApiProtection.KeycloakTests.Faults;

/// <summary>Clients that call the endpoints of an API concurrently until disposal, and record the responses.</summary>
public sealed class Load : IAsyncDisposable
{
    private const int Clients = 4;

    private readonly ConcurrentQueue<Call> _calls = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public Load(ProtectedApi api, params (string Endpoint, string Token)[] targets) =>
        _running = Task.WhenAll(
            Enumerable.Range(0, Clients)
                .SelectMany(_ => targets)
                .Select(target => Task.Run(() => CallAsync(api, target.Endpoint, target.Token))));

    /// <summary>One call.</summary>
    /// <param name="Endpoint">The called endpoint.</param>
    /// <param name="Token">The token.</param>
    /// <param name="Began">The timestamp of the request.</param>
    /// <param name="Status">The status of the response.</param>
    /// <param name="RetryAfter">The header <c>Retry-After</c>, or null.</param>
    public sealed record Call(string Endpoint, string Token, long Began, int Status, string? RetryAfter);

    public Call[] Calls => [.. _calls];

    /// <summary>Returns the calls of an endpoint with a token that started after a timestamp.</summary>
    public Call[] Of(string endpoint, string token, long since = 0) =>
        [.. _calls.Where(call => call.Endpoint == endpoint && call.Token == token && call.Began >= since)];

    /// <summary>Waits until a call that started after a timestamp gets the status. The timeout allows for busy machines.</summary>
    public async Task<TimeSpan> UntilAsync(string endpoint, string token, int status, long since)
    {
        var waiting = Stopwatch.GetTimestamp();
        while (!Of(endpoint, token, since).Any(call => call.Status == status))
        {
            var seen = string.Join(
                ' ', Of(endpoint, token, since).GroupBy(call => call.Status).Select(group => $"{group.Key}: {group.Count()}"));
            Assert.True(
                Stopwatch.GetElapsedTime(waiting) < TimeSpan.FromSeconds(40),
                $"{endpoint} did not return {status} within 40 s. Returned: {seen}.");
            Assert.False(_running.IsFaulted, _running.Exception?.ToString());
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        return Stopwatch.GetElapsedTime(since, Of(endpoint, token, since).Where(call => call.Status == status).Min(call => call.Began));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task CallAsync(ProtectedApi api, string endpoint, string token)
    {
        while (!_stop.IsCancellationRequested)
        {
            var began = Stopwatch.GetTimestamp();
            var answer = await api.CallAsync(endpoint, token, CancellationToken.None);
            _calls.Enqueue(new(endpoint, token, began, answer.Status, answer.Http.Headers.GetValueOrDefault("Retry-After")));
            await Task.Delay(10, CancellationToken.None);
        }
    }
}
