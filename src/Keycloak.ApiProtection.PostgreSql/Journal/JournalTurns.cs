using Keycloak.ApiProtection.PostgreSql.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Keycloak.ApiProtection.PostgreSql;

/// <summary>The turns of this process: advisory locks of one connection. The server releases them when that connection ends.</summary>
internal sealed class JournalTurns(NpgsqlDataSource dataSource, string table, ILogger logger) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private TurnConnection? _connection;

    public async Task<bool> TryTakeAsync(string work, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var connection = _connection ??= await Detached.RunAsync(
                token => TurnConnection.OpenAsync(dataSource, table, token),
                cancellationToken,
                opened => opened.DisposeAsync()).ConfigureAwait(false);
            return await Detached.RunAsync(token => connection.TryTakeAsync(work, token), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // Without the connection, the turns are lost. That includes a command that was canceled: its connection is still busy.
            Abandon(error);
            throw;
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _connection, null) is { } connection)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Abandon(Exception error)
    {
        if (Interlocked.Exchange(ref _connection, null) is not { } connection)
        {
            return;
        }

        if (connection.HasTurns)
        {
            logger.TurnConnectionLost(error);
        }

        _ = Task.Run(() => CloseAsync(connection));
    }

    private static async Task CloseAsync(TurnConnection connection)
    {
        try
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is NpgsqlException or InvalidOperationException or ObjectDisposedException)
        {
            // The connection is not used again.
        }
    }
}
