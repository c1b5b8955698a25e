using Keycloak.ApiProtection.Claims.Marks;

namespace Keycloak.ApiProtection.Journal;

/// <summary>The revocations that this process shares with others through a journal. One for the application.</summary>
internal sealed class SharedRevocations : IDisposable
{
    private readonly IRevocationJournal _journal;
    private readonly RevocationJournalOptions _options;
    private readonly TimeProvider _time;
    private readonly JournalSight _sight;
    private readonly JournalWriter _writer;
    private readonly JournalReader _reader;
    private readonly JournalReports _reports;
    private readonly CancellationTokenSource _stopping = new();

    private Task _running = Task.CompletedTask;

    public SharedRevocations(
        IRevocationJournal journal, RevocationJournalOptions options, TimeProvider time, JournalReports reports, JournalMetrics metrics)
    {
        _journal = journal;
        _options = options;
        _time = time;
        _reports = reports;
        _sight = new JournalSight(options.MaxSilence, time);
        _writer = new JournalWriter(journal, options, time, reports);
        _reader = new JournalReader(journal, options, time, _sight, reports);
        metrics.Observe(() => _writer.Waiting, () => _sight.Age?.TotalSeconds ?? -1);
    }

    /// <summary>Gets the options.</summary>
    public RevocationJournalOptions Options => _options;

    /// <summary>Gets how the keys of names are computed, so that all replicas compute the same.</summary>
    public static NameHash Names => NameHash.Shared;

    /// <summary>Gets what this process knows of the journal.</summary>
    public JournalView View => _sight.View;

    /// <summary>Gets the number of revocations of this process that are not durable yet.</summary>
    public int Waiting => _writer.Waiting;

    /// <summary>Gets whether the last append failed.</summary>
    public bool AppendFails => _reports.AppendFailure is not null;

    /// <summary>Gets the number of callers that wait until their marks are durable.</summary>
    internal int Flushing => _writer.Flushing;

    /// <summary>Gets whether the revocations of other replicas are known. Every request reads it; it takes no lock.</summary>
    public bool IsCurrent => _sight.View == JournalView.Current;

    /// <summary>Gets how a request is handled while <see cref="IsCurrent"/> is false.</summary>
    public UnreadableJournal Handling => _sight.View switch
    {
        JournalView.Unread => _options.WhenUnreadAtStart,
        JournalView.Silent => _options.WhenUnreadable,
        _ => UnreadableJournal.Continue,
    };

    /// <summary>Adds the revocations of a scheme: <paramref name="apply"/> is called for each mark, its own ones included.</summary>
    public void Subscribe(Action<RevocationMark> apply) => _reader.Subscribe(apply);

    /// <summary>Shares marks that have taken effect in this process.</summary>
    public void Append(IReadOnlyCollection<RevocationMark> marks) => _writer.Append(marks);

    /// <summary>Tries to get or keep the turn for work that only one replica at a time should do.</summary>
    public async ValueTask<bool> TryTakeTurnAsync(string work, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        return await _journal.TryTakeTurnAsync(work, either.Token).AsTask().WaitAsync(either.Token);
    }

    /// <summary>Waits until all marks that were appended so far are durable.</summary>
    public Task FlushAsync(CancellationToken cancellationToken) => _writer.FlushAsync(cancellationToken);

    /// <summary>
    /// Waits until all marks that were appended so far are durable. False if the notification has waited long enough: it gets 503.
    /// </summary>
    public async Task<bool> TryFlushAsync(string endpoint)
    {
        try
        {
            using var timeout = new CancellationTokenSource(_options.NotificationTimeout, _time);
            await FlushAsync(timeout.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            _reports.NotDurable(endpoint);
            return false;
        }
    }

    /// <summary>Starts to read and to append. Waits until everything was read, at most for the start's time limit.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _running = Task.WhenAll(
            Task.Run(() => _reader.RunAsync(_stopping.Token), CancellationToken.None),
            Task.Run(() => _writer.RunAsync(_stopping.Token), CancellationToken.None));
        if (_options.StartTimeout <= TimeSpan.Zero)
        {
            return;
        }

        try
        {
            await _sight.FirstRead.WaitAsync(_options.StartTimeout, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            _reports.StartedUnread(_options.StartTimeout, _options.WhenUnreadAtStart);
        }
    }

    /// <summary>Appends what is not durable yet, as far as the application's own time limit allows, and stops.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FlushAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            _reports.LostAtStop(_writer.Waiting);
        }

        await _stopping.CancelAsync();
        await _running.ContinueWith(
            static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
        _sight.Dispose();
    }
}
