using Keycloak.ApiProtection.Diagnostics;
using Keycloak.ApiProtection.Realms.Keys;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Realms;

/// <summary>Does what <see cref="RefreshGovernor"/> has decided: it sends the requests, sets the timer and writes the log.</summary>
internal sealed class RefreshRunner : IDisposable
{
    private static readonly TimeSpan ShortestTimer = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private readonly RealmSettings _settings;
    private readonly ILogger _logger;
    private readonly RealmDocuments _documents;
    private readonly RealmReports _reports;
    private readonly Func<Refresh, KeySet?, RealmFailure?, Change?> _end;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _disposing = new();

    /// <param name="settings">The options of the realm.</param>
    /// <param name="httpClients">The back-channel clients.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    /// <param name="end">Ends a refresh with the keys or the failure; null if the keys were withdrawn in the meantime.</param>
    /// <param name="onTimer">Called at the time of <see cref="WakeAfter"/>.</param>
    public RefreshRunner(
        RealmSettings settings,
        IHttpClientFactory httpClients,
        TimeProvider time,
        ILogger logger,
        Func<Refresh, KeySet?, RealmFailure?, Change?> end,
        Action onTimer)
    {
        _settings = settings;
        _logger = logger;
        _documents = new RealmDocuments(settings, httpClients, time);
        _reports = new RealmReports(settings, logger);
        _end = end;

        // The timer must not capture the execution context of the request that happens to create it.
        using (ExecutionContext.SuppressFlow())
        {
            _timer = time.CreateTimer(
                static state => ((Action)state!)(), onTimer, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The discovery document that was read last; <see langword="null"/> before the first.</summary>
    public DiscoveryDocument? Discovery => _documents.Latest;

    /// <summary>Runs a refresh in the background; does nothing without one.</summary>
    public void Run(Refresh? refresh)
    {
        if (refresh is not null)
        {
            // Unsafe: without the request's execution context, so that the refresh is not part of that request's trace.
            ThreadPool.UnsafeQueueUserWorkItem(
                static work => _ = work.Runner.RunAsync(work.Refresh), (Runner: this, Refresh: refresh), preferLocal: false);
        }
    }

    /// <summary>Sets the timer.</summary>
    /// <remarks>
    /// Timers have a resolution of milliseconds and a limit of seven weeks. A timer that fires early finds nothing to do and is set again.
    /// </remarks>
    public void WakeAfter(TimeSpan delay) =>
        _timer.Change(delay < ShortestTimer ? ShortestTimer : delay > LongestTimer ? LongestTimer : delay, Timeout.InfiniteTimeSpan);

    /// <summary>Stops the timer and the refresh in progress, whose waiting requests are told that it failed.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        _disposing.Cancel();
    }

    private async Task RunAsync(Refresh refresh)
    {
        var succeeded = false;

        try
        {
            var answer = await ReadAsync(refresh);
            var wasRead = answer.Succeeded(out var read, out var failure);

            if (_end(refresh, read, failure) is { } change)
            {
                Report(change, failure);
                succeeded = wasRead;
            }
        }
        finally
        {
            refresh.End(succeeded);
        }
    }

    private async Task<RealmAnswer<KeySet>> ReadAsync(Refresh refresh)
    {
        try
        {
            _logger.RefreshStarted(_settings.SchemeName, refresh.ForUnknownKey);

            return await _documents.ReadKeysAsync(_disposing.Token);
        }
        catch (Exception error)
        {
            // Canceled by Dispose, or a defect in this library. In both cases waiting requests must end, and the schedule must continue.
            return RealmFailure.Unexpected(_settings.MetadataAddress, error);
        }
    }

    private void Report(Change change, RealmFailure? failure)
    {
        if (failure is null)
        {
            _reports.Succeeded(change.Current, change.Older, change.Gone);
        }
        else
        {
            _reports.Failed(failure, keysServe: !change.Current.IsEmpty, change.ServeUntil);
        }
    }

    /// <summary>What a refresh has changed, for the log.</summary>
    /// <param name="Older">The keys before it.</param>
    /// <param name="Current">The keys after it.</param>
    /// <param name="Gone">The keys that are no longer used.</param>
    /// <param name="ServeUntil">Until when the keys may be used if no other refresh succeeds.</param>
    internal sealed record Change(KeySet Older, KeySet Current, IReadOnlyList<SigningKey> Gone, DateTimeOffset ServeUntil);
}
