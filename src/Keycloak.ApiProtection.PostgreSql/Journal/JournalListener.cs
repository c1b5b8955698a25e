using Keycloak.ApiProtection.PostgreSql.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Keycloak.ApiProtection.PostgreSql;

/// <summary>
/// Listens for notifications on a connection of its own, from the first wait on, and connects again when the connection is lost.
/// </summary>
/// <remarks>
/// A connection whose other end has disappeared stays silent for ever. Therefore the server is asked for a sign of life after a silence of
/// <see cref="KeepAlive"/>, and the connection is given up if there is none within <see cref="Timeout"/>.
/// </remarks>
internal sealed class JournalListener : IAsyncDisposable
{
    /// <summary>The longest silence before the connection is checked.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(5);

    /// <summary>The longest time to connect, or for a sign of life.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    private readonly NpgsqlDataSource _dataSource;
    private readonly string _channel;
    private readonly JournalSignal _signal;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TimeSpan _keepAlive;
    private readonly TimeSpan _timeout;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Lazy<Task> _running;

    public JournalListener(
        NpgsqlDataSource dataSource,
        string channel,
        JournalSignal signal,
        TimeProvider time,
        ILogger logger,
        TimeSpan? keepAlive = null,
        TimeSpan? timeout = null)
    {
        _keepAlive = keepAlive ?? KeepAlive;
        _timeout = timeout ?? Timeout;
        _dataSource = dataSource;
        _channel = channel;
        _signal = signal;
        _time = time;
        _logger = logger;
        _running = new Lazy<Task>(() => Task.Run(RunAsync));
    }

    /// <summary>Begins to listen, unless that was done.</summary>
    public void Start() => _ = _running.Value;

    /// <summary>Stops without waiting.</summary>
    public void Stop() => _ = _stopped.CancelAsync();

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync().ConfigureAwait(false);
        if (_running.IsValueCreated)
        {
            try
            {
                await _running.Value.WaitAsync(_timeout, _time).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // A connection that hangs must not stop the application from ending.
            }
        }
    }

    private async Task RunAsync()
    {
        var pause = FirstPause;
        var reported = false;
        while (!_stopped.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(() =>
                {
                    pause = FirstPause;
                    reported = false;
                }).ConfigureAwait(false);
            }
            catch (Exception) when (_stopped.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // Whatever it is, the listener must not end: its replica would be slower for ever.
                if (!reported)
                {
                    _logger.JournalListenerDisconnected(error, _channel);
                    reported = true;
                }
            }

            try
            {
                // Replicas that were disconnected together connect again one after the other.
                await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), _time, _stopped.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task ListenAsync(Action onConnected)
    {
        var connection = await WithTimeoutAsync(ConnectAsync, late => late.DisposeAsync()).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        _logger.JournalListenerConnected(_channel);
        onConnected();

        // Notifications may have been missed before.
        _signal.Set();
        while (true)
        {
            if (!await connection.WaitAsync(_keepAlive, _stopped.Token).ConfigureAwait(false))
            {
                await WithTimeoutAsync(token => CheckAsync(connection, token)).ConfigureAwait(false);
            }
        }
    }

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            connection.Notification += (_, _) => _signal.Set();
            await using var listen = new NpgsqlCommand($"listen {SqlName.Quote(_channel)}", connection);
            await listen.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<bool> CheckAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var check = new NpgsqlCommand("select 1", connection);
        await check.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task<T> WithTimeoutAsync<T>(Func<CancellationToken, Task<T>> work, Func<T, ValueTask>? discard = null)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_stopped.Token);
        timeout.CancelAfter(_timeout);
        return await Detached.RunAsync(work, timeout.Token, discard).ConfigureAwait(false);
    }
}
