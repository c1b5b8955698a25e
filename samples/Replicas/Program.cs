using System.Runtime.InteropServices;
using Replicas;

using var end = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);

try
{
    await using var system = await ReplicatedSystem.StartAsync(end.Token);
    using var tour = new Tour(system);
    var asExpected = await tour.WalkAsync(end.Token);
    if (!args.Contains("--once"))
    {
        tour.PrintAddresses();
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
