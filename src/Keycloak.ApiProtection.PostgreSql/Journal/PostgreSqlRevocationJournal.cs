using System.Buffers;
using System.Text;
using System.Text.Json;
using Keycloak.ApiProtection.PostgreSql.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Keycloak.ApiProtection.PostgreSql;

/// <summary>A journal of revocations in a table of PostgreSQL.</summary>
internal sealed class PostgreSqlRevocationJournal : IRevocationJournal, IAsyncDisposable, IDisposable
{
    /// <summary>The most rows that one read returns.</summary>
    public const int PageSize = 10_000;

    private const int MaxContent = 512;

    private readonly NpgsqlDataSource _dataSource;
    private readonly string _channel;
    private readonly int _pageSize;
    private readonly ILogger _logger;
    private readonly JournalStatements _statements;
    private readonly PreparedTable _table;
    private readonly ExpiredRows _expired;
    private readonly JournalSignal _signal;
    private readonly JournalListener _listener;
    private readonly JournalTurns _turns;

    public PostgreSqlRevocationJournal(
        NpgsqlDataSource dataSource, PostgreSqlJournalOptions options, TimeProvider time, ILogger logger, int pageSize = PageSize)
    {
        _dataSource = dataSource;
        _channel = options.Channel;
        _pageSize = pageSize;
        _logger = logger;
        _statements = new JournalStatements(SqlName.QuoteTable(options.Schema, options.Table));
        _table = new PreparedTable(_statements.Table, JournalStatements.Columns, options.ToScript(), options.CreateTable);
        _expired = new ExpiredRows(dataSource, _statements.Table, "id", options.CleanupInterval, time, logger);
        _signal = new JournalSignal(time);
        var own = options.ListenDataSource ?? dataSource;
        _listener = new JournalListener(own, options.Channel, _signal, time, logger);
        _turns = new JournalTurns(own, _statements.Table, logger);
    }

    /// <summary>Deletes expired rows. For tests; otherwise reads do it in the background.</summary>
    internal ExpiredRows Expired => _expired;

    public async ValueTask AppendAsync(IReadOnlyList<RevocationEntry> entries, CancellationToken cancellationToken)
    {
        var json = ToJson(entries);
        await Detached.RunAsync(token => AppendAsync(json, token), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<RevocationPage> ReadAsync(RevocationPosition? after, CancellationToken cancellationToken)
    {
        var position = SnapshotPosition.Parse(after?.Value);
        if (position is null || position.IsBetweenReads)
        {
            // Between the pages of a read, a notification must stay: the next page need not contain its entry.
            _signal.Reset();
        }

        var page = await Detached.RunAsync(token => ReadAsync(position, token), cancellationToken).ConfigureAwait(false);
        _expired.DeleteIfDue();
        return page;
    }

    public Task WaitAsync(CancellationToken cancellationToken)
    {
        _listener.Start();
        return _signal.WaitAsync(cancellationToken);
    }

    public async ValueTask<bool> TryTakeTurnAsync(string work, CancellationToken cancellationToken) =>
        await _turns.TryTakeAsync(work, cancellationToken).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        _expired.Dispose();
        _signal.Dispose();
        await _listener.DisposeAsync().ConfigureAwait(false);
        await _turns.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>For containers that are disposed synchronously. Connections are closed a little later.</summary>
    public void Dispose()
    {
        _expired.Dispose();
        _signal.Dispose();
        _listener.Stop();
        _ = _turns.DisposeAsync().AsTask();
    }

    private static string ToJson(IReadOnlyList<RevocationEntry> entries)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var entry in entries)
            {
                if (entry.Content.Length > MaxContent || entry.Content.Contains('\0', StringComparison.Ordinal))
                {
                    throw new ArgumentException(
                        $"The content of an entry has at most {MaxContent} characters, and none of them is NUL.", nameof(entries));
                }

                json.WriteStartArray();
                json.WriteStringValue(entry.Content);
                json.WriteNumberValue(Math.Clamp(entry.Lifetime.TotalSeconds, 0, JournalStatements.MaxLifetime.TotalSeconds));
                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private Task<bool> AppendAsync(string json, CancellationToken cancellationToken) => OnConnectionAsync(
        async connection =>
        {
            await using var command = new NpgsqlCommand(_statements.Append, connection)
            {
                Parameters = { new NpgsqlParameter<string> { TypedValue = json }, new NpgsqlParameter<string> { TypedValue = _channel } },
            };
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    private Task<RevocationPage> ReadAsync(SnapshotPosition? position, CancellationToken cancellationToken) => OnConnectionAsync(
        async connection =>
        {
            if (await ReadPageAsync(connection, position, cancellationToken).ConfigureAwait(false) is { } page)
            {
                return page;
            }

            _logger.JournalReadCompletely();
            return (await ReadPageAsync(connection, null, cancellationToken).ConfigureAwait(false))!;
        },
        cancellationToken);

    /// <summary>Reads a page in one round trip.</summary>
    /// <returns>The page; null if the position is one of another server.</returns>
    private async Task<RevocationPage?> ReadPageAsync(
        NpgsqlConnection connection, SnapshotPosition? position, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(position?.Seen is null ? _statements.ReadAll : _statements.ReadAfter, connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position?.LastId ?? 0 });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = _pageSize });
        if (position?.Seen is { } seen)
        {
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = seen.ToString() });
        }

        TransactionSnapshot? snapshot = null;
        var server = "";
        var entries = new List<RevocationEntry>();
        long lastId = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (await reader.IsDBNullAsync(0, cancellationToken).ConfigureAwait(false))
            {
                (snapshot, server) = ReadServer(reader);
                if (position is not null && position.Server != server)
                {
                    return null;
                }
            }
            else
            {
                lastId = Math.Max(lastId, reader.GetInt64(0));
                entries.Add(new RevocationEntry(reader.GetString(1), TimeSpan.FromSeconds(reader.GetDouble(2))));
            }
        }

        var isLast = entries.Count < _pageSize;
        var next = SnapshotPosition.After(position, server, snapshot!, lastId, isLast);
        return new RevocationPage(entries, new RevocationPosition(next.ToString()), isLast);
    }

    private static (TransactionSnapshot Snapshot, string Server) ReadServer(NpgsqlDataReader reader)
    {
        if (reader.GetDouble(2) != 0)
        {
            // A standby does not list the running transactions in its snapshots, so entries would be lost.
            throw new InvalidOperationException(
                "The journal cannot be read from a standby server. Connect to the primary: Target Session Attributes=primary.");
        }

        var text = reader.GetString(1);
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        var snapshot = TransactionSnapshot.Parse(text.AsSpan(0, space))
            ?? throw new InvalidOperationException($"PostgreSQL returned a snapshot of an unknown form: {text}");
        return (snapshot, text[(space + 1)..]);
    }

    private async Task<T> OnConnectionAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await _table.EnsureAsync(connection, cancellationToken).ConfigureAwait(false);
        try
        {
            return await work(connection).ConfigureAwait(false);
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn)
        {
            _table.Forget();
            throw;
        }
    }
}
