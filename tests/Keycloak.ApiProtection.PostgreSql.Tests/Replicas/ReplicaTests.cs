using System.Globalization;
using System.Net;
using Npgsql;

namespace Keycloak.ApiProtection.PostgreSql.Tests.Replicas;

/// <summary>
/// Replicas under load, with faults of the database and of the network. No good token is rejected, no logout that was answered with 200 is
/// lost, and no token is accepted after the documented time.
/// </summary>
public sealed class ReplicaTests(ReplicaSystem system) : IClassFixture<ReplicaSystem>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A number from the environment: the values of the runs whose results are documented take too long for each build.</summary>
    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    [Fact]
    public async Task A_logout_at_one_replica_is_rejected_by_all()
    {
        Assert.True(system.Server.IsRunning);
        await using var load = system.StartLoad();
        var delays = new List<TimeSpan>();
        for (var logout = 0; logout < Setting("REPLICA_LOGOUTS", 50); logout++)
        {
            var token = await system.AcceptedTokenAsync();

            Assert.Equal(200, await system.LogOutAsync(token));

            var since = TimeProvider.System.GetTimestamp();
            Assert.Equal(HttpStatusCode.Unauthorized, await system.Replicas[0].GetAsync(token, Cancellation));
            delays.AddRange(await Task.WhenAll(
                system.Replicas.Skip(1).Select(replica => ReplicaSystem.UntilRejectedAsync(replica, token, since))));
        }

        var count = await load.StopAsync();
        delays.Sort();
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"Rejected by the other replicas after: p50 {Percentile(50)}, p99 {Percentile(99)}, worst {delays[^1].TotalMilliseconds:F1} ms "
            + $"({delays.Count} measurements; {count} good requests, all accepted)");

        string Percentile(int percent) => $"{delays[(delays.Count - 1) * percent / 100].TotalMilliseconds:F1} ms";
    }

    [Fact]
    public async Task While_the_database_is_down_no_good_token_is_rejected_and_no_logout_is_lost()
    {
        Assert.True(system.Server.IsRunning);
        await using var load = system.StartLoad();
        var tokens = new List<(string Token, int? Status, long At)>();
        var outage = TimeSpan.FromSeconds(Setting("REPLICA_OUTAGE_SECONDS", 6));
        var waiting = new List<Task>();
        await system.Server.StopAsync();
        var down = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(down) < outage)
        {
            var token = system.Token();
            Assert.Equal(HttpStatusCode.OK, await system.Replicas[0].GetAsync(token, Cancellation));
            var status = await system.LogOutAsync(token);
            tokens.Add((token, status, TimeProvider.System.GetTimestamp()));

            // Nothing is durable, so Keycloak must not be told that the logout is known.
            Assert.Equal(503, status);
            Assert.Equal(HttpStatusCode.Unauthorized, await system.Replicas[0].GetAsync(token, Cancellation));
            waiting.AddRange(system.Replicas.Skip(1).Select(replica => ReplicaSystem.UntilRejectedAsync(replica, token, tokens[^1].At)));
        }

        await system.Server.StartAsync(Cancellation);
        await Task.WhenAll(waiting);

        // After the outage, the logouts are durable: a replica that starts now knows them.
        await AppendedAsync(tokens.Count);
        await system.Replicas[2].StopAsync();
        await system.Replicas[2].StartAsync(Cancellation);
        foreach (var (token, _, _) in tokens)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await system.Replicas[2].GetAsync(token, Cancellation));
        }

        var after = await system.AcceptedTokenAsync();
        Assert.Equal(200, await LogOutWhenPossibleAsync(after));
        var since = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(system.Replicas.Select(replica => ReplicaSystem.UntilRejectedAsync(replica, after, since)));
        var count = await load.StopAsync();
        TestContext.Current.TestOutputHelper!.WriteLine($"{outage}: {tokens.Count} logouts got 503; {count} good requests, all accepted");
    }

    [Fact]
    public async Task Listeners_that_are_terminated_delay_a_logout_by_no_more_than_the_documented_time()
    {
        Assert.True(system.Server.IsRunning);
        await using var load = system.StartLoad();
        for (var round = 0; round < 3; round++)
        {
            var token = await system.AcceptedTokenAsync();
            await TerminateListenersAsync();

            Assert.Equal(200, await system.LogOutAsync(token));

            var since = TimeProvider.System.GetTimestamp();
            await Task.WhenAll(system.Replicas.Select(replica => ReplicaSystem.UntilRejectedAsync(replica, token, since)));
        }

        await load.StopAsync();
    }

    [Fact]
    public async Task A_replica_whose_connections_hang_rejects_in_the_documented_time()
    {
        Assert.True(system.Server.IsRunning);
        await using var load = system.StartLoad();
        for (var round = 0; round < 2; round++)
        {
            var token = await system.AcceptedTokenAsync();
            system.Proxy.LoseOpenConnections();

            Assert.Equal(200, await system.LogOutAsync(token));

            var since = TimeProvider.System.GetTimestamp();
            await Task.WhenAll(system.Replicas.Select(replica => ReplicaSystem.UntilRejectedAsync(replica, token, since)));
        }

        await load.StopAsync();
    }

    [Fact]
    public async Task A_replica_that_restarts_knows_the_logouts_before_and_during_its_absence()
    {
        Assert.True(system.Server.IsRunning);
        await using var load = system.StartLoad();
        var before = await system.AcceptedTokenAsync();
        var during = await system.AcceptedTokenAsync();
        Assert.Equal(200, await system.LogOutAsync(before));
        await system.Replicas[2].StopAsync();
        Assert.Equal(200, await system.LogOutAsync(during));

        await system.Replicas[2].StartAsync(Cancellation);

        Assert.Equal(HttpStatusCode.Unauthorized, await system.Replicas[2].GetAsync(before, Cancellation));
        Assert.Equal(HttpStatusCode.Unauthorized, await system.Replicas[2].GetAsync(during, Cancellation));
        Assert.Equal(HttpStatusCode.OK, await system.Replicas[2].GetAsync(system.Token(), Cancellation));
        await load.StopAsync();
    }

    [Fact]
    public async Task Entries_of_a_later_version_do_not_stop_the_others()
    {
        Assert.True(system.Server.IsRunning);
        await using var load = system.StartLoad();
        await using var source = NpgsqlDataSource.Create(system.Server.ConnectionString);
        await using var insert = source.CreateCommand("""
            insert into keycloak_revocations (content, expires_at)
            select content, now() + interval '1 hour' from unnest(array[
                '{"v":2,"kind":"session","realm":"x"}', '{"v":1,"kind":"tenant","realm":"x"}', '{"v":1}', 'not JSON', '', '[]',
                '{"v":1,"kind":"realm","realm":"\u0000"}']) as content
            """);
        await insert.ExecuteNonQueryAsync(Cancellation);
        var token = await system.AcceptedTokenAsync();

        Assert.Equal(200, await system.LogOutAsync(token));

        var since = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(system.Replicas.Select(replica => ReplicaSystem.UntilRejectedAsync(replica, token, since)));
        await system.Replicas[2].StopAsync();
        await system.Replicas[2].StartAsync(Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, await system.Replicas[2].GetAsync(token, Cancellation));
        await load.StopAsync();
    }

    private async Task TerminateListenersAsync()
    {
        await using var source = NpgsqlDataSource.Create(system.Server.ConnectionString + ";Pooling=false");
        await using var terminate = source.CreateCommand(
            "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity where query like 'listen %' or query = 'select 1'");
        await terminate.ExecuteScalarAsync(Cancellation);
    }

    /// <summary>Waits until the first replica has appended what waited in its memory.</summary>
    private async Task AppendedAsync(int logouts)
    {
        await using var source = NpgsqlDataSource.Create(system.Server.ConnectionString + ";Pooling=false");
        await using var counting = source.CreateCommand(
            "select count(*) from keycloak_revocations where created_at >= pg_postmaster_start_time()");
        var since = TimeProvider.System.GetTimestamp();
        while (await counting.ExecuteScalarAsync(Cancellation) is long count && count < logouts)
        {
            Assert.True(
                TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromMinutes(1), $"{count} of {logouts} logouts were appended.");
            await Task.Delay(50, Cancellation);
        }
    }

    /// <summary>Logs out at a replica that may not have connected again. Keycloak sends a logout once, for one session.</summary>
    private async Task<int?> LogOutWhenPossibleAsync(string token)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (await system.LogOutAsync(system.Token()) != 200)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromMinutes(1), "No logout becomes durable.");
        }

        return await system.LogOutAsync(token);
    }
}
