using System.Diagnostics;
using System.Globalization;

namespace Keycloak.ApiProtection.Testing.Servers;

/// <summary>Runs a server in its own process group, and ends it when the pipe to this process closes.</summary>
/// <remarks>
/// The pipe closes on disposal. It also closes when this process is canceled or killed and cannot run its own code any more. The process
/// group is needed because kc.sh may run java as a child process. Job control creates the groups. The script turns it off while it waits:
/// with job control, a server that is stopped (SIGSTOP) would count as ended and receive a SIGHUP.
/// </remarks>
internal sealed class GuardedProcess : IAsyncDisposable
{
    private const string GuardScript = """
        set -m
        exec 3<&0
        "$@" </dev/null >>"$SERVER_LOG" 2>&1 3<&- &
        server=$!
        echo "$server"
        exec >/dev/null
        { read -r _ <&3; [ "$SERVER_GRACE" = 0 ] || { kill -TERM -- "-$server"; sleep "$SERVER_GRACE"; }; kill -KILL -- "-$server"; } \
          >/dev/null 2>&1 &
        guard=$!
        exec 3<&- >/dev/null 2>&1
        set +m
        wait "$server"
        status=$?
        kill -KILL -- "-$guard"
        exit "$status"
        """;

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(15);

    private readonly Process _guard;
    private bool _disposed;

    private GuardedProcess(Process guard, int id)
    {
        _guard = guard;
        Id = id;
    }

    /// <summary>The id of the server's process, which is also the id of its process group.</summary>
    public int Id { get; }

    public bool HasExited => _disposed || _guard.HasExited;

    /// <summary>Starts a server.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">Environment variables in addition to those of this process.</param>
    /// <param name="log">The file for its output.</param>
    /// <param name="folder">The working directory; null for that of this process.</param>
    /// <param name="graceSeconds">How long the server may take to end after SIGTERM before it is killed; 0 kills it immediately.</param>
    public static GuardedProcess Start(
        IEnumerable<string> command,
        IEnumerable<KeyValuePair<string, string?>> environment,
        string log,
        string? folder = null,
        int graceSeconds = 0)
    {
        var start = new ProcessStartInfo("bash")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = folder,
        };
        foreach (var argument in (string[])["-c", GuardScript, "server-guard", .. command])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["SERVER_LOG"] = log;
        start.Environment["SERVER_GRACE"] = graceSeconds.ToString(CultureInfo.InvariantCulture);
        var guard = Process.Start(start)!;
        return new GuardedProcess(guard, int.TryParse(guard.StandardOutput.ReadLine(), out var id) ? id : guard.Id);
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (!_guard.HasExited)
        {
            _guard.StandardInput.Close();
            using var timeout = new CancellationTokenSource(StopTimeout);
            try
            {
                await _guard.WaitForExitAsync(timeout.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                _guard.Kill(entireProcessTree: true);
            }
        }

        _guard.Dispose();
    }
}
