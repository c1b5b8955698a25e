using System.Diagnostics;
using System.Net.Http.Json;

namespace Keycloak.ApiProtection.Load;

/// <summary>A server in a separate process. It ends when this object is disposed, and when this process ends.</summary>
internal sealed class ServerProcess : IDisposable
{
    private static readonly HttpClient Http = new();

    private readonly Process _process;

    private ServerProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    public static async Task<ServerProcess> StartAsync(string kind, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { "server", kind }.Concat(settings.Select(setting => $"{setting.Key}={setting.Value}")))
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException($"The server '{kind}' ended with code {process.ExitCode}.");
        return new ServerProcess(process, new Uri(line));
    }

    public async Task<ServerState> StateAsync(bool collect = false) =>
        (await Http.GetFromJsonAsync<ServerState>(new Uri(Address, $"/state?collect={(collect ? "true" : "false")}")))!;

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(5_000))
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
