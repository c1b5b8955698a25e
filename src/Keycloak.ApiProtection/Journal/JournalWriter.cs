using System.Threading.Channels;

namespace Keycloak.ApiProtection.Journal;

/// <summary>Appends the marks of this process to the journal, in the background and in batches.</summary>
internal sealed class JournalWriter(
    IRevocationJournal journal, RevocationJournalOptions options, TimeProvider time, JournalReports reports)
{
    private const int LargestBatch = 500;

    private readonly Lock _gate = new();
    private readonly AppendQueue _queue = new(options.QueueCapacity);
    private readonly Channel<bool> _added = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly List<(long Number, TaskCompletionSource Durable)> _waiters = [];

    /// <summary>Gets the number of marks that are not durable yet.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _queue.Count;
            }
        }
    }

    /// <summary>Gets the number of callers that wait until their marks are durable.</summary>
    public int Flushing
    {
        get
        {
            lock (_gate)
            {
                return _waiters.Count;
            }
        }
    }

    /// <summary>Adds marks. They are appended as soon as the journal accepts them.</summary>
    public void Append(IEnumerable<RevocationMark> marks)
    {
        var merged = 0;
        lock (_gate)
        {
            foreach (var mark in marks)
            {
                merged += _queue.Add(mark);
            }
        }

        if (merged > 0)
        {
            reports.Merged(merged);
        }

        _added.Writer.TryWrite(true);
    }

    /// <summary>Waits until all marks that were added so far are durable.</summary>
    public Task FlushAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_queue.Durable >= _queue.Last)
            {
                return Task.CompletedTask;
            }

            var durable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((_queue.Last, durable));
            return WaitAsync(durable, cancellationToken);
        }
    }

    /// <summary>Appends until it is canceled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var delay = new RetryDelay(time);
        while (true)
        {
            await _added.Reader.ReadAsync(stopping);
            while (Take() is { Count: > 0 } batch)
            {
                if (await TryAppendAsync(batch, stopping))
                {
                    delay.Reset();
                }
                else
                {
                    await delay.WaitAsync(stopping);
                }
            }
        }
    }

    private async Task<bool> TryAppendAsync(IReadOnlyList<RevocationMark> batch, CancellationToken stopping)
    {
        try
        {
            using var timeout = new CancellationTokenSource(options.Timeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);

            // A journal that ignores the cancellation must not stop the others from being appended.
            await journal.AppendAsync([.. batch.Select(MarkFormat.Write)], either.Token).AsTask().WaitAsync(either.Token);
            Appended();
            reports.Appended(batch.Count);
            return true;
        }
#pragma warning disable CA1031 // whatever the journal throws, the marks are appended again
        catch (Exception failure) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            lock (_gate)
            {
                _queue.Failed();
            }

            reports.AppendFailed(failure, Waiting);
            return false;
        }
    }

    private IReadOnlyList<RevocationMark> Take()
    {
        lock (_gate)
        {
            return _queue.Take(LargestBatch);
        }
    }

    private void Appended()
    {
        lock (_gate)
        {
            _queue.Appended();
            foreach (var (_, durable) in _waiters.FindAll(waiter => waiter.Number <= _queue.Durable))
            {
                durable.TrySetResult();
            }

            _waiters.RemoveAll(waiter => waiter.Number <= _queue.Durable);
        }
    }

    private async Task WaitAsync(TaskCompletionSource durable, CancellationToken cancellationToken)
    {
        try
        {
            await durable.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (_gate)
            {
                _waiters.RemoveAll(waiter => waiter.Durable == durable);
            }
        }
    }
}
