using System.Diagnostics;
using Keycloak.ApiProtection.Load.Replicas;
using Keycloak.ApiProtection.PostgreSql.Tests.Server;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Keycloak.ApiProtection.Benchmarks.Replicas;

/// <summary>Measures revocations that are appended to a journal in PostgreSQL and read from it. Each part has a table of its own.</summary>
internal sealed class JournalDatabaseCost(PostgreSqlServer server)
{
    private const int Entries = 100_000;
    private const int Starts = 7;
    private const int Propagations = 1_000;

    private static readonly TimeSpan AppendTime = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task<string> VersionAsync()
    {
        // The version may be followed by that of the package.
        var version = (string?)await ScalarAsync("show server_version");
        return $"PostgreSQL {version?.Split(' ')[0]}";
    }

    /// <summary>Measures revocations per second with 1, 10 and 100 callers.</summary>
    public async Task<IReadOnlyList<AppendRate>> AppendAsync()
    {
        await AppendAsync(10, "warm_up");
        var rates = new List<AppendRate>();
        foreach (var callers in new[] { 1, 10, 100 })
        {
            rates.Add(await AppendAsync(callers, $"append_{callers}"));
        }

        return rates;
    }

    /// <summary>Measures the start of an application with 100,000 entries in the journal.</summary>
    public async Task<StartCost> StartAsync()
    {
        const string Table = "start";
        await FillAsync(Table);
        await ReadAsync(Table);
        var reads = new List<(double Milliseconds, double Heap, double Allocated)>();
        for (var start = 0; start < Starts; start++)
        {
            reads.Add(await ReadAsync(Table));
        }

        double Middle(Func<(double Milliseconds, double Heap, double Allocated), double> value) =>
            reads.Select(value).Order().ElementAt(Starts / 2);

        return new StartCost(
            Entries,
            Starts,
            Middle(read => read.Milliseconds),
            reads.Min(read => read.Milliseconds),
            reads.Max(read => read.Milliseconds),
            Middle(read => read.Heap / Entries),
            Middle(read => read.Allocated / Entries));
    }

    /// <summary>Measures the time from a revocation at one replica to its effect at another.</summary>
    public async Task<Propagation> PropagateAsync()
    {
        await using var one = Open("propagation");
        await using var other = Open("propagation");
        await one.StartAsync();
        await other.StartAsync();
        var seen = new TaskCompletionSource<long>();
        using var observation = other.Revocations.Observe(_ => Volatile.Read(ref seen).TrySetResult(Stopwatch.GetTimestamp()));
        var times = new List<double>();
        var random = new Random(1);
        for (var number = -100; number < Propagations; number++)
        {
            Volatile.Write(ref seen, new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously));
            var start = Stopwatch.GetTimestamp();
            one.Revocations.RevokeSession($"session-{number}");
            var end = await seen.Task.WaitAsync(Patience);
            if (number >= 0)
            {
                times.Add(Stopwatch.GetElapsedTime(start, end).TotalMilliseconds);
            }

            // Not in step with the shortest time between two reads.
            await Task.Delay(random.Next(20, 60));
        }

        times.Sort();
        return new Propagation(Propagations, Percentile(times, 50), Percentile(times, 99), times[^1]);
    }

    private async Task<AppendRate> AppendAsync(int callers, string table)
    {
        await using var replica = Open(table);
        await replica.StartAsync();
        var clock = Stopwatch.StartNew();
        var all = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var times = new List<double>();
            while (clock.Elapsed < AppendTime)
            {
                var start = Stopwatch.GetTimestamp();
                replica.Revocations.RevokeSession($"session-{caller}-{times.Count}");
                await replica.Revocations.FlushAsync(CancellationToken.None);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            return times;
        })));
        var elapsed = clock.Elapsed;
        var sorted = all.SelectMany(times => times).Order().ToList();
        await ExpectAsync(table, sorted.Count);
        return new AppendRate(callers, sorted.Count / elapsed.TotalSeconds, Percentile(sorted, 50), Percentile(sorted, 99));
    }

    private async Task FillAsync(string table)
    {
        const int Step = 5_000;
        await using var replica = Open(table);
        await replica.StartAsync();
        for (var number = 0; number < Entries; number++)
        {
            replica.Revocations.RevokeSession($"session-{number}");
            if (number % Step == Step - 1)
            {
                await replica.Revocations.FlushAsync(CancellationToken.None);
            }
        }

        await ExpectAsync(table, Entries);
    }

    private async Task<(double Milliseconds, double Heap, double Allocated)> ReadAsync(string table)
    {
        await using var replica = Open(table);
        var heap = GC.GetTotalMemory(forceFullCollection: true);
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var start = Stopwatch.GetTimestamp();
        await replica.StartAsync();
        var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        heap = GC.GetTotalMemory(forceFullCollection: true) - heap;
        return replica.Revocations.Count == Entries
            ? (elapsed, heap, allocated)
            : throw new InvalidOperationException($"{replica.Revocations.Count} of {Entries} entries were read.");
    }

    /// <summary>Creates an API with database connections of its own.</summary>
    private Replica Open(string table)
    {
        var source = NpgsqlDataSource.Create(server.ConnectionString);
        return Replica.Create(
            16, builder => builder.UsePostgreSql(source, options => (options.Table, options.Channel) = (table, table)), source);
    }

    private async Task ExpectAsync(string table, int count)
    {
        if (await ScalarAsync($"select count(*) from \"{table}\"") is not long found || found != count)
        {
            throw new InvalidOperationException($"The table {table} does not have {count} entries.");
        }
    }

    private async Task<object?> ScalarAsync(string statement)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = source.CreateCommand(statement);
        return await command.ExecuteScalarAsync();
    }

    private static double Percentile(List<double> sorted, int percent) => sorted[Math.Min(sorted.Count - 1, sorted.Count * percent / 100)];
}
