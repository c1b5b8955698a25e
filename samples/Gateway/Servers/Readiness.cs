namespace Gateway.Servers;

/// <summary>Waits until a started server responds.</summary>
internal static class Readiness
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until the server sends any HTTP response, including 404.</summary>
    public static async Task WaitAsync(ServerProcess server, CancellationToken cancellation)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
        using var timeout = new CancellationTokenSource(Patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(server.Address, HttpCompletionOption.ResponseHeadersRead, either.Token);
                if (server.IsRunning)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (server.IsRunning)
            {
                await Task.Delay(PollInterval, either.Token);
                continue;
            }
            catch (HttpRequestException)
            {
                // The server has ended; reported below.
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new TimeoutException(Describe(server, $"did not respond within {Patience.TotalSeconds} s"));
            }

            throw new InvalidOperationException(Describe(server, "ended during its start"));
        }
    }

    private static string Describe(ServerProcess server, string what) =>
        $"{server.Name} {what}. The last lines of {server.LogFile}:{Environment.NewLine}"
        + string.Join(Environment.NewLine, File.Exists(server.LogFile) ? File.ReadLines(server.LogFile).TakeLast(20) : []);
}
