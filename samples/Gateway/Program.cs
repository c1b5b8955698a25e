using System.Runtime.InteropServices;
using Gateway;
using Gateway.Tours;

using var end = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);

try
{
    var options = new ArticleSystemOptions { Keycloak = ArticleSystemOptions.FindKeycloak(out var reason) };
    Console.WriteLine(options.Keycloak is null
        ? $"Using the embedded realm instead of Keycloak. It has no login pages, so the Storefront is not started. {reason}"
        : "Starting Keycloak...");
    await using var system = await ArticleSystem.StartAsync(options, end.Token);
    var asExpected = await Tour.WalkAsync(system, end.Token);
    if (!args.Contains("--once"))
    {
        Addresses.Print(system);
        await Task.Delay(Timeout.Infinite, end.Token)
            .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    return asExpected ? 0 : 1;
}
catch (OperationCanceledException) when (end.IsCancellationRequested)
{
    return 130;
}
catch (InvalidOperationException failure)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return 1;
}

void End(PosixSignalContext signal)
{
    signal.Cancel = true;
    end.Cancel();
}
