using Microsoft.Extensions.Logging;
using Npgsql;

namespace Keycloak.ApiProtection.PostgreSql;

/// <summary>A memory of used DPoP proofs in a table of PostgreSQL, for all replicas.</summary>
/// <remarks>
/// The clock of the application says how long a key is kept, and the clock of the database counts it. The database's clock may therefore
/// differ from those of the replicas by any time.
/// </remarks>
internal sealed class PostgreSqlDpopReplayStore : IDpopReplayStore, IDisposable
{
    private static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(1);

    private readonly NpgsqlDataSource _dataSource;
    private readonly PreparedTable _table;
    private readonly string _statement;
    private readonly TimeSpan _timeout;
    private readonly TimeSpan _clockDifference;
    private readonly TimeProvider _time;
    private readonly ExpiredRows _expired;

    public PostgreSqlDpopReplayStore(
        NpgsqlDataSource dataSource, PostgreSqlDpopReplayStoreOptions options, TimeProvider time, ILogger logger)
    {
        _dataSource = dataSource;
        var table = SqlName.QuoteTable(options.Schema, options.Table);
        _table = new PreparedTable(table, ReplayStatements.Columns, options.ToScript(), options.CreateTable);
        _statement = ReplayStatements.TryAdd(table);
        _timeout = options.Timeout;
        _clockDifference = options.ClockDifference;
        _time = time;
        _expired = new ExpiredRows(dataSource, table, "key", options.CleanupInterval, time, logger);
    }

    /// <summary>Deletes expired rows. For tests; otherwise additions do it in the background.</summary>
    internal ExpiredRows Expired => _expired;

    public async ValueTask<bool> TryAddAsync(ReadOnlyMemory<byte> key, DateTimeOffset until, CancellationToken cancellationToken)
    {
        // A copy: an abandoned command uses it longer than the caller keeps it.
        var copy = key.ToArray();
        var rest = until - _time.GetUtcNow();
        var lifetime = Min(Max(rest, TimeSpan.Zero), MaxLifetime) + _clockDifference;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_timeout);
        try
        {
            var added = await Detached.RunAsync(token => TryAddAsync(copy, lifetime, token), timeout.Token).ConfigureAwait(false);
            _expired.DeleteIfDue();
            return added;
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The database did not respond within {_timeout}.", error);
        }
    }

    public void Dispose() => _expired.Dispose();

    private static TimeSpan Min(TimeSpan first, TimeSpan second) => first < second ? first : second;

    private static TimeSpan Max(TimeSpan first, TimeSpan second) => first > second ? first : second;

    private async Task<bool> TryAddAsync(byte[] key, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await _table.EnsureAsync(connection, cancellationToken).ConfigureAwait(false);
        await using var command = new NpgsqlCommand(_statement, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<byte[]> { TypedValue = key },
                new NpgsqlParameter<double> { TypedValue = lifetime.TotalSeconds },
            },
        };
        try
        {
            return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) == 1;
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn)
        {
            _table.Forget();
            throw;
        }
    }
}
