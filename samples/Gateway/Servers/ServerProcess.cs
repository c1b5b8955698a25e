using System.Diagnostics;

namespace Gateway.Servers;

/// <summary>A server in a process group of its own, which is ended when the pipe to this process closes: on disposal, and also when this process is killed.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    // The guard reads from our pipe, in the background, and ends the group when nothing more can come.
    private const string GuardScript = """
        set -m
        exec 3<&0
        "$@" </dev/null >>"$SERVER_LOG" 2>&1 3<&- &
        server=$!
        echo "$server"
        exec >/dev/null
        { read -r _ <&3; kill -TERM -- "-$server"; sleep 5; kill -KILL -- "-$server"; } >/dev/null 2>&1 &
        guard=$!
        exec 3<&- >/dev/null 2>&1
        status=0
        wait "$server" || status=$?
        # A server that is only held up (SIGSTOP) lets wait return, too.
        while kill -0 "$server" 2>/dev/null; do sleep 1; status=0; wait "$server" || status=$?; done
        kill -KILL -- "-$guard"
        exit "$status"
        """;

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(15);

    private readonly ProcessStart _start;
    private Process? _guard;

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
    public bool IsRunning => _guard is { HasExited: false };

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

        Launch();
        await Readiness.WaitAsync(this, cancellation);
    }

    /// <summary>Ends it, within 5 seconds. Its port stays its own as long as nobody else takes it.</summary>
    public async Task StopAsync()
    {
        if (_guard is not { } guard)
        {
            return;
        }

        _guard = null;
        using (guard)
        {
            if (guard.HasExited)
            {
                return;
            }

            guard.StandardInput.Close();
            using var patience = new CancellationTokenSource(StopTimeout);
            try
            {
                await guard.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                guard.Kill(entireProcessTree: true);
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await StopAsync();

    private void Launch()
    {
        var start = new ProcessStartInfo("bash")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = _start.Folder,
        };
        foreach (var argument in (string[])["-c", GuardScript, "guard", .. _start.Command])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in _start.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["SERVER_LOG"] = _start.LogFile;
        _guard = Process.Start(start)!;
        Id = int.TryParse(_guard.StandardOutput.ReadLine(), out var id) ? id : _guard.Id;
    }
}
