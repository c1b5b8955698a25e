using Keycloak.ApiProtection.Testing.Servers;

namespace Gateway.Servers;

/// <summary>
/// A server in a separate process group. The group ends when its pipe to this process closes: on disposal, and also when this process is
/// killed.
/// </summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private const int GraceSeconds = 5;

    private readonly ProcessStart _start;
    private GuardedProcess? _process;

    private ServerProcess(ProcessStart start) => _start = start;

    /// <summary>A short name, such as <c>orders-direct</c>.</summary>
    public string Name => _start.Name;

    /// <summary>The address that the server listens on.</summary>
    public Uri Address => _start.Address;

    /// <summary>The file with the server's output.</summary>
    public string LogFile => _start.LogFile;

    /// <summary>The id of the process and of its process group, which includes its child processes.</summary>
    public int Id { get; private set; }

    /// <summary>Whether the process is running.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Starts the server and waits until it responds.</summary>
    /// <exception cref="InvalidOperationException">The server ended. The message contains the last lines of its output.</exception>
    internal static async Task<ServerProcess> StartAsync(ProcessStart start, CancellationToken cancellation)
    {
        var server = new ServerProcess(start);
        try
        {
            await server.StartAsync(cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server again on the same address after <see cref="StopAsync"/>.</summary>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <exception cref="InvalidOperationException">The server ended. The message contains the last lines of its output.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        if (IsRunning)
        {
            return;
        }

        _process = GuardedProcess.Start(_start.Command, _start.Environment, _start.LogFile, _start.Folder, GraceSeconds);
        Id = _process.Id;
        await Readiness.WaitAsync(this, cancellation);
    }

    /// <summary>Stops the server within 5 seconds. Its port is not reserved: another process could take it.</summary>
    public async Task StopAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            await process.DisposeAsync();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await StopAsync();
}
