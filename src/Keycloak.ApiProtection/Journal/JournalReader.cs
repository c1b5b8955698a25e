namespace Keycloak.ApiProtection.Journal;

/// <summary>Reads the journal in the background, and hands each mark to the revocations of each scheme.</summary>
internal sealed class JournalReader(
    IRevocationJournal journal,
    RevocationJournalOptions options,
    TimeProvider time,
    JournalSight sight,
    JournalReports reports)
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly List<Action<RevocationMark>> _readers = [];

    // Null: the next read returns all entries.
    private RevocationPosition? _position;

    /// <summary>Adds a receiver of marks. If reading has begun, everything is read again for it.</summary>
    public void Subscribe(Action<RevocationMark> apply)
    {
        lock (_gate)
        {
            _readers.Add(apply);
            _position = null;
            sight.Forget();
        }
    }

    /// <summary>Reads until it is canceled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var delay = new RetryDelay(time);
        while (true)
        {
            var startedAt = time.GetTimestamp();
            if (await TryReadAllAsync(startedAt, stopping))
            {
                delay.Reset();
                await WaitAsync(startedAt, stopping);
            }
            else
            {
                await delay.WaitAsync(stopping);
            }
        }
    }

    /// <summary>Reads pages until one is the last. False if a read failed.</summary>
    private async Task<bool> TryReadAllAsync(long startedAt, CancellationToken stopping)
    {
        try
        {
            while (!await ReadPageAsync(stopping))
            {
            }

            reports.Read(sight.Seen(startedAt));
            return true;
        }
#pragma warning disable CA1031 // whatever the journal throws, it is read again
        catch (Exception failure) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            reports.ReadFailed(failure, sight.Age);
            return false;
        }
    }

    private async Task<bool> ReadPageAsync(CancellationToken stopping)
    {
        RevocationPosition? after;
        Action<RevocationMark>[] readers;
        lock (_gate)
        {
            after = _position;
            readers = [.. _readers];
        }

        using var timeout = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        var page = await journal.ReadAsync(after, either.Token).AsTask().WaitAsync(either.Token);
        reports.Received(page.Entries.Count);
        foreach (var entry in page.Entries)
        {
            Apply(entry, readers);
        }

        lock (_gate)
        {
            if (_readers.Count != readers.Length)
            {
                // A receiver was added during the read, and needs what was read before.
                return false;
            }

            _position = page.Position;
            return page.IsLast;
        }
    }

    private void Apply(RevocationEntry entry, Action<RevocationMark>[] readers)
    {
        if (!MarkFormat.TryRead(entry, out var mark, out var isLater))
        {
            reports.Skipped(isLater);
            return;
        }

        foreach (var apply in readers)
        {
            apply(mark);
        }
    }

    /// <summary>Waits for a sign of new entries, at most for the poll interval.</summary>
    private async Task WaitAsync(long readAt, CancellationToken stopping)
    {
        using var enough = new CancellationTokenSource(options.PollInterval, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, stopping);
        try
        {
            try
            {
                await journal.WaitAsync(either.Token).WaitAsync(either.Token);
            }
#pragma warning disable CA1031 // the sign is only a hint: without it the journal is polled
            catch (Exception) when (!either.IsCancellationRequested)
#pragma warning restore CA1031
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, time, either.Token);
            }

            // Whoever can give signs cannot cause any number of reads.
            var pause = ShortestInterval - time.GetElapsedTime(readAt);
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, time, stopping);
            }
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // The poll interval has passed.
        }
    }
}
