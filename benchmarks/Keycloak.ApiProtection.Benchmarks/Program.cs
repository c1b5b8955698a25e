using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Keycloak.ApiProtection.Benchmarks;
using Keycloak.ApiProtection.Benchmarks.Replicas;
using Perfolizer.Horology;

if (args is ["overhead", ..])
{
    OverheadRun.Write(args.ElementAtOrDefault(1) ?? "RS256", int.Parse(args.ElementAtOrDefault(2) ?? "1500", CultureInfo.InvariantCulture));
    return;
}

if (args is ["scaling", var file])
{
    ScalingRun.Write(file);
    return;
}

if (args is ["together", var together])
{
    TogetherRun.Write(together);
    return;
}

if (args is ["replicas", var replicas])
{
    await ReplicasRun.WriteAsync(replicas);
    return;
}

// The default is a short job in this process, so that all benchmarks take minutes: dotnet run -c Release -- --filter '*'
// To use another job: -- --filter '*' --job dry --inProcess
var config = args.Contains("--job")
    ? DefaultConfig.Instance.AddDiagnoser(MemoryDiagnoser.Default)
    : DefaultConfig.Instance
        .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)
            .WithIterationCount(7).WithWarmupCount(3).WithIterationTime(TimeInterval.FromMilliseconds(200)))
        .AddDiagnoser(MemoryDiagnoser.Default)
        .AddColumn(StatisticColumn.Median);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
