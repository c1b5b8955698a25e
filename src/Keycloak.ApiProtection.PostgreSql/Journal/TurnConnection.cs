using System.Globalization;
using Npgsql;

namespace Keycloak.ApiProtection.PostgreSql;

/// <summary>An open connection and the advisory locks that it holds.</summary>
internal sealed class TurnConnection(NpgsqlConnection connection, string table) : IAsyncDisposable
{
    // The process that has a turn may disappear without closing its connection. The server then notices it after about 30 seconds; by
    // default it would take two hours.
    private const string NoticeDeadClient =
        "set tcp_keepalives_idle = 15; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3; set tcp_user_timeout = '30s'";

    private static readonly TimeSpan ReleaseTimeout = TimeSpan.FromSeconds(2);

    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    public bool HasTurns => _taken.Count > 0;

    public static async Task<TurnConnection> OpenAsync(NpgsqlDataSource dataSource, string table, CancellationToken cancellationToken)
    {
        var opened = new TurnConnection(await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false), table);
        try
        {
            await opened.ExecuteAsync(NoticeDeadClient, cancellationToken).ConfigureAwait(false);
            return opened;
        }
        catch
        {
            await opened.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async Task<bool> TryTakeAsync(string work, CancellationToken cancellationToken)
    {
        if (_taken.Contains(work))
        {
            // The lock is held as long as the connection lives.
            await ExecuteAsync("select 1", cancellationToken).ConfigureAwait(false);
            return true;
        }

        var key = AdvisoryKey.Of($"turn/{work}", table).ToString(CultureInfo.InvariantCulture);
        if (await ExecuteAsync($"select pg_try_advisory_lock({key})", cancellationToken).ConfigureAwait(false) is not true)
        {
            return false;
        }

        _taken.Add(work);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (HasTurns)
            {
                // A pool resets a connection only when it is used again, and the locks would be held until then.
                using var timeout = new CancellationTokenSource(ReleaseTimeout);
                await ExecuteAsync("select pg_advisory_unlock_all()", timeout.Token).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is NpgsqlException or InvalidOperationException or OperationCanceledException)
        {
            // The connection is broken. The server releases its locks.
        }
        finally
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<object?> ExecuteAsync(string statement, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
    }
}
