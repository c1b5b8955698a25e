using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Keycloak.ApiProtection.PackageTests.Projects;

/// <summary>The built API as a process on a free port, with its own <c>appsettings.json</c> and another Keycloak address.</summary>
internal sealed partial class RunningApi : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningApi(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
    }

    public Uri Address => _address.Task.Result;

    /// <summary>The output of the process so far.</summary>
    public string Log => string.Join('\n', _log);

    /// <param name="folder">The folder of the project.</param>
    /// <param name="assembly">The built assembly.</param>
    /// <param name="settings">Environment variables.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    public static async Task<RunningApi> StartAsync(
        string folder, string assembly, IEnumerable<KeyValuePair<string, string>> settings, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet", [assembly, "--urls", "http://127.0.0.1:0"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start };
        var api = new RunningApi(process);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            var ended = process.WaitForExitAsync(cancellationToken);
            return await Task.WhenAny(api._address.Task, ended) == ended
                ? throw new InvalidOperationException($"The API ended at start:\n{api.Log}")
                : api;
        }
        catch
        {
            await api.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is not null)
        {
            _log.Enqueue(line);
            if (Listening().Match(line) is { Success: true } match)
            {
                _address.TrySetResult(new Uri(match.Groups["address"].Value));
            }
        }
    }

    [GeneratedRegex(@"Now listening on: (?<address>\S+)")]
    private static partial Regex Listening();
}
