using Keycloak.ApiProtection.Testing.Servers;

namespace Gateway.Servers;

/// <summary>A server in a process group of its own, which is ended when the pipe to this process closes: on disposal, and also when this process is killed.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private const int GraceSeconds = 5;

    private readonly ProcessStart _start;
    private GuardedProcess? _process;

    private ServerProcess(ProcessStart start) => _start = start;

    /// <summary>What it is, in a word or two.</summary>
    public string Name => _start.Name;

    /// <summary>Where it listens.</summary>
    public Uri Address => _start.Address;

    /// <summary>The file with its output.</summary>
    public string LogFile => _start.LogFile;

    /// <summary>The id of the process and of its group, to which its children belong, too.</summary>
    public int Id { get; private set; }

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Starts it and waits until it answers.</summary>
    /// <exception cref="InvalidOperationException">It ended; the message has the end of its output.</exception>
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

    /// <summary>Starts it again, where it was, after <see cref="StopAsync"/>.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="InvalidOperationException">It ended; the message has the end of its output.</exception>
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

    /// <summary>Ends it, within 5 seconds. Its port stays its own as long as nobody else takes it.</summary>
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
