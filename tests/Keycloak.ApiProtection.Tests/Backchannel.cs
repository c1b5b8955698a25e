using Keycloak.ApiProtection.Tests.Realms;

namespace Keycloak.ApiProtection.Tests;

/// <summary>The connection of an API under test to its realm, with the clock that the test controls, and the log of the API.</summary>
internal abstract class Backchannel : HttpMessageHandler, IHttpClientFactory
{
    private readonly SemaphoreSlim _arrivals = new(0);
    private volatile HeldResponses? _held;
    private int _arrived;
    private int _atOnce;

    public ManualTimeProvider Time { get; } = new();

    public RecordingLogger Log { get; } = new();

    public DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>Creates the response instead of the realm. If it returns null, the realm responds.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage?>? Instead { get; set; }

    /// <summary>The highest number of concurrent requests so far.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>
    /// Holds back responses until <see cref="Release"/>, or until the returned object is disposed. A held response has the keys of the
    /// moment when the request arrived, so that a slow response is an old one.
    /// </summary>
    /// <param name="address">The beginning of the addresses whose responses are held; by default of all.</param>
    public IDisposable HoldResponses(string address = "") => _held = new HeldResponses(address);

    public void Release() => _held?.Dispose();

    /// <summary>Waits until the given number of requests has arrived since the start.</summary>
    public async Task ArrivedAsync(int requests)
    {
        while (Volatile.Read(ref _arrived) < requests)
        {
            await _arrivals.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

    /// <summary>Responds to a request. Reads the keys first, and then waits until the response is released.</summary>
    protected abstract Task<HttpResponseMessage> RespondAsync(HttpRequestMessage request, Task released, CancellationToken cancellation);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _atOnce));
        Interlocked.Increment(ref _arrived);

        try
        {
            var released = _held is { } held && request.RequestUri!.AbsoluteUri.StartsWith(held.Address, StringComparison.Ordinal)
                ? held.Released
                : Task.CompletedTask;
            var response = RespondAsync(request, released, cancellationToken);
            _arrivals.Release();

            return await response;
        }
        finally
        {
            Interlocked.Decrement(ref _atOnce);
        }
    }

    private sealed class HeldResponses(string address) : IDisposable
    {
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Address { get; } = address;

        public Task Released => _released.Task;

        public void Dispose() => _released.TrySetResult();
    }
}
