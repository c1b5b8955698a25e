using Keycloak.ApiProtection.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Keycloak.ApiProtection.Journal;

/// <summary>Log messages and metrics of the journal: a failure is logged when it begins and when it ends, not for each attempt.</summary>
internal sealed class JournalReports(JournalMetrics metrics, TimeProvider time, ILogger<JournalReports> logger)
{
    private static readonly TimeSpan SkipInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long _skippedAt;
    private int _skippedSince;

    /// <summary>Gets why the last append failed; null after a successful one.</summary>
    public Exception? AppendFailure { get; private set; }

    /// <summary>Gets why the last read failed; null after a successful one.</summary>
    public Exception? ReadFailure { get; private set; }

    public void Appended(int count)
    {
        metrics.Appended(count);
        if (AppendFailure is not null)
        {
            AppendFailure = null;
            logger.JournalAcceptsAgain();
        }
    }

    public void AppendFailed(Exception failure, int waiting)
    {
        metrics.Failed("append");
        if (AppendFailure is null)
        {
            logger.JournalAppendFailed(failure, waiting);
        }

        AppendFailure = failure;
    }

    public void Merged(int count)
    {
        metrics.Merged(count);
        logger.JournalQueueMerged(count);
    }

    public void Read(JournalView before)
    {
        var failed = ReadFailure is not null;
        ReadFailure = null;
        if (before == JournalView.Silent || failed)
        {
            logger.JournalReadAgain();
        }
    }

    public void ReadFailed(Exception failure, TimeSpan? age)
    {
        metrics.Failed("read");
        if (ReadFailure is null)
        {
            logger.JournalReadFailed(failure, age);
        }

        ReadFailure = failure;
    }

    public void Received(int count) => metrics.Received(count);

    public void Skipped(bool isLater)
    {
        metrics.Skipped(isLater);
        int count;
        lock (_gate)
        {
            _skippedSince++;
            if (_skippedAt != 0 && time.GetElapsedTime(_skippedAt) < SkipInterval)
            {
                return;
            }

            _skippedAt = time.GetTimestamp();
            count = _skippedSince;
            _skippedSince = 0;
        }

        if (isLater)
        {
            logger.JournalEntryOfLaterVersion(count);
        }
        else
        {
            logger.JournalEntryMalformed(count);
        }
    }

    public void NotDurable(string endpoint) => logger.NotificationNotDurable(endpoint);

    public void LostAtStop(int waiting) => logger.JournalLostAtStop(waiting);

    public void StartedUnread(TimeSpan waited, UnreadableJournal handling) =>
        logger.JournalUnreadAtStart(waited, handling.ToString());
}
