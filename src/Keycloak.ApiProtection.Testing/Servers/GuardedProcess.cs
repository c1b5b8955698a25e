using System.Diagnostics;
using System.Globalization;

namespace Keycloak.ApiProtection.Testing.Servers;

/// <summary>
/// A server in a process group of its own, which is ended when the pipe to us closes: on disposal, and also when this process is cancelled
/// or killed, which leaves no chance to run code of ours. kc.sh may run java as a child, hence the group. Job control makes the groups and is
/// off while waiting: with it a server that is held (SIGSTOP) would count as ended, and get a SIGHUP.
/// </summary>
internal sealed class GuardedProcess : IAsyncDisposable
{
    private const string GuardScript = """
        set -m
        exec 3<&0
        "$@" </dev/null >>"$SERVER_LOG" 2>&1 3<&- &
        server=$!
        echo "$server"
        exec >/dev/null
        { read -r _ <&3; [ "$SERVER_GRACE" = 0 ] || { kill -TERM -- "-$server"; sleep "$SERVER_GRACE"; }; kill -KILL -- "-$server"; } >/dev/null 2>&1 &
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

    /// <summary>The id of the server's process, which is also its group's.</summary>
    public int Id { get; }

    public bool HasExited => _disposed || _guard.HasExited;

    /// <summary>Starts a server.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">What it gets beside this process's own environment.</param>
    /// <param name="log">The file for its output.</param>
    /// <param name="folder">Where it runs; null for this process's folder.</param>
    /// <param name="graceSeconds">How long it may take to end by itself (SIGTERM) before it is killed; 0: it is killed at once.</param>
    public static GuardedProcess Start(
        IEnumerable<string> command, IEnumerable<KeyValuePair<string, string?>> environment, string log, string? folder = null, int graceSeconds = 0)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false, WorkingDirectory = folder };
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
            using var patience = new CancellationTokenSource(StopTimeout);
            try
            {
                await _guard.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                _guard.Kill(entireProcessTree: true);
            }
        }

        _guard.Dispose();
    }
}
