using Keycloak.ApiProtection.PostgreSql.Tests.Contract;
using Keycloak.ApiProtection.PostgreSql.Tests.Server;
using Npgsql;

namespace Keycloak.ApiProtection.PostgreSql.Tests.Journal;

/// <summary>The server is restarted, crashes, or is replaced by its standby between two reads.</summary>
public sealed class PostgreSqlServerTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_a_restart_the_journal_is_read_completely_and_the_listener_connects_again()
    {
        await using var server = await PostgreSqlFixture.StartServerAsync();
        await using var database = await JournalDatabase.CreateAsync(server);
        var journal = database.Open();
        var reader = new JournalReader(journal);
        await journal.AppendAsync([new("before", Hour)], Cancellation);
        Assert.Equal(["before"], await reader.ContentsAsync());
        Assert.Empty(await reader.ContentsAsync());
        await journal.WaitAsync(Cancellation);

        await server.StopAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () => await journal.ReadAsync(reader.Position, Cancellation));
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () => await journal.AppendAsync([new("lost", Hour)], Cancellation));
        await server.StartAsync(Cancellation);

        Assert.Equal(["before"], await ReadWhenPossibleAsync(reader));
        Assert.Equal(1, database.Log.Count("JournalReadCompletely"));
        Assert.Equal(1, database.Log.Count("JournalListenerDisconnected"));
        Assert.Empty(await reader.ContentsAsync());
        await database.Open().AppendAsync([new("after", Hour)], Cancellation);
        string[] contents;

        // The entry was notified, or it was appended before the listener connected again, which completes a wait, too.
        do
        {
            await journal.WaitAsync(Cancellation);
            contents = await reader.ContentsAsync();
        }
        while (contents.Length == 0);
        Assert.Equal(["after"], contents);
    }

    [Fact]
    public async Task After_a_crash_the_journal_is_read_completely_although_the_server_has_the_same_start_time()
    {
        await using var server = await PostgreSqlFixture.StartServerAsync();
        await using var database = await JournalDatabase.CreateAsync(server);
        var reader = new JournalReader(database.Open());
        await database.Open().AppendAsync([new("before", Hour)], Cancellation);
        Assert.Equal(["before"], await reader.ContentsAsync());
        var start = await database.ScalarAsync("select pg_postmaster_start_time()");

        await server.CrashAsync(Cancellation);

        Assert.Equal(["before"], await ReadWhenPossibleAsync(reader));
        Assert.Equal(start, await database.ScalarAsync("select pg_postmaster_start_time()"));
    }

    [Fact]
    public async Task A_standby_is_not_read_and_its_promotion_loses_no_entry_that_it_has()
    {
        await using var server = await PostgreSqlFixture.StartServerAsync();
        await using var database = await JournalDatabase.CreateAsync(server);
        var journal = database.Open();
        await journal.AppendAsync([new("replicated", Hour)], Cancellation);
        await using var standby = await server.StartStandbyAsync(Cancellation);
        await using var source = NpgsqlDataSource.Create(standby.ConnectionString);
        await using var failedOver = new PostgreSqlRevocationJournal(source, database.Options(), TimeProvider.System, database.Log);
        var reader = new JournalReader(journal);
        await reader.ReadAsync();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await failedOver.ReadAsync(null, Cancellation));
        Assert.Contains("Target Session Attributes=primary", error.Message, StringComparison.Ordinal);
        await server.StopAsync();
        await using (var promote = source.CreateCommand("select pg_promote()"))
        {
            Assert.Equal(true, await promote.ExecuteScalarAsync(Cancellation));
        }

        // A position of the old server, as in a process with a connection string that names both.
        var after = new JournalReader(failedOver) { Position = reader.Position };
        Assert.Equal(["replicated"], await after.ContentsAsync());
        await failedOver.AppendAsync([new("new", Hour)], Cancellation);
        Assert.Equal(["new"], await after.ContentsAsync());
    }

    /// <summary>Reads again while connections of the pool are broken.</summary>
    private static async Task<string[]> ReadWhenPossibleAsync(JournalReader reader)
    {
        while (true)
        {
            try
            {
                return await reader.ContentsAsync();
            }
            catch (NpgsqlException)
            {
                await Task.Delay(20, Cancellation);
            }
        }
    }
}
