using System.Collections.Concurrent;
using System.Net;

namespace Keycloak.ApiProtection.PostgreSql.Tests.Replicas;

/// <summary>Requests with good tokens, one after the other on several connections, until it is stopped.</summary>
internal sealed class Load : IAsyncDisposable
{
    private const int Connections = 3;

    private readonly HttpClient _http;
    private readonly CancellationTokenSource _stopped = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly Task _running;
    private long _count;

    public Load(Uri address, IReadOnlyList<string> tokens)
    {
        _http = new HttpClient { BaseAddress = address };
        _running = Task.WhenAll(Enumerable.Range(0, Connections).Select(connection => Task.Run(() => SendAsync(tokens, connection))));
    }

    /// <summary>Stops, and asserts that each request was accepted.</summary>
    public async Task<long> StopAsync()
    {
        await _stopped.CancelAsync();
        await _running;
        Assert.Empty(_failures.Distinct());
        Assert.NotEqual(0, _count);
        return _count;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await _running;
        _http.Dispose();
        _stopped.Dispose();
    }

    private async Task SendAsync(IReadOnlyList<string> tokens, int first)
    {
        for (var number = first; !_stopped.IsCancellationRequested; number++)
        {
            try
            {
                var status = await Replica.GetAsync(_http, tokens[number % tokens.Count], CancellationToken.None);
                Interlocked.Increment(ref _count);
                if (status != HttpStatusCode.OK)
                {
                    _failures.Enqueue($"{status}");
                }
            }
            catch (HttpRequestException error)
            {
                _failures.Enqueue(error.Message);
            }

            // The replicas and the database need some of the processors, too.
            await Task.Delay(5, CancellationToken.None);
        }
    }
}
