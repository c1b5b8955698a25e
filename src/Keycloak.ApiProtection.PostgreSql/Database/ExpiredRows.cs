using Keycloak.ApiProtection.PostgreSql.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Keycloak.ApiProtection.PostgreSql;

/// <summary>
/// Deletes the expired rows of a table every few minutes, in the background and in small batches. Only one replica at a time does it. No
/// read depends on it.
/// </summary>
internal sealed class ExpiredRows : IDisposable
{
    private const int BatchSize = 1_000;
    private const int MaxBatches = 1_000;

    private static readonly TimeSpan BatchTimeout = TimeSpan.FromSeconds(30);

    private readonly NpgsqlDataSource _dataSource;
    private readonly string _table;
    private readonly string _statement;
    private readonly string _statementForOwner;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopped = new();
    private long _last;
    private int _running;
    private volatile bool _forbidden;

    /// <param name="dataSource">The database.</param>
    /// <param name="table">The quoted name of the table.</param>
    /// <param name="key">Its key column.</param>
    /// <param name="interval">How often the rows are deleted.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public ExpiredRows(NpgsqlDataSource dataSource, string table, string key, TimeSpan interval, TimeProvider time, ILogger logger)
    {
        _dataSource = dataSource;
        _table = table;
        _interval = interval;
        _time = time;
        _logger = logger;
        _last = time.GetTimestamp();
        _statementForOwner = $"delete from {table} where expires_at <= now()";

        // The lock is released when the statement ends. Another replica that does not get it deletes nothing.
        _statement = $"""
            with turn as (select pg_try_advisory_xact_lock({AdvisoryKey.Of("cleanup", table)}) as taken)
            delete from {table} where {key} = any(array(
                select {key} from {table} where (select taken from turn) and expires_at <= now() order by expires_at limit {BatchSize}))
            """;
    }

    /// <summary>Starts the deletion in the background if it is due.</summary>
    public void DeleteIfDue()
    {
        if (_forbidden || _time.GetElapsedTime(Volatile.Read(ref _last)) < _interval || Interlocked.Exchange(ref _running, 1) == 1)
        {
            return;
        }

        Volatile.Write(ref _last, _time.GetTimestamp());
        _ = Task.Run(DeleteInBackgroundAsync);
    }

    public void Dispose() => _stopped.Cancel();

    /// <summary>Deletes the expired rows.</summary>
    /// <returns>The number of deleted rows.</returns>
    internal async Task<int> DeleteAsync(CancellationToken cancellationToken)
    {
        var deleted = 0;
        for (var batch = 0; batch < MaxBatches; batch++)
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(BatchTimeout);
            await using var command = _dataSource.CreateCommand(_statement);
            var count = await command.ExecuteNonQueryAsync(timeout.Token).ConfigureAwait(false);
            deleted += count;
            if (count < BatchSize)
            {
                break;
            }
        }

        return deleted;
    }

    private async Task DeleteInBackgroundAsync()
    {
        try
        {
            await DeleteAsync(_stopped.Token).ConfigureAwait(false);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            _forbidden = true;
            _logger.DeletionNotGranted(_table, _statementForOwner);
        }
        catch (Exception error) when (error is NpgsqlException or OperationCanceledException or ObjectDisposedException)
        {
            // The next deletion has the same rows. A database that is down is reported by those who need it.
            if (!_stopped.IsCancellationRequested)
            {
                _logger.DeletionFailed(error, _table);
            }
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }
}
