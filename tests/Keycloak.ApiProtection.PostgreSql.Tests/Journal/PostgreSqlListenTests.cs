using Keycloak.ApiProtection.PostgreSql.Tests.Contract;
using Keycloak.ApiProtection.PostgreSql.Tests.Server;
using Npgsql;

namespace Keycloak.ApiProtection.PostgreSql.Tests.Journal;

public sealed class PostgreSqlListenTests(PostgreSqlFixture fixture)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_the_listener_was_terminated_a_wait_completes_and_notifications_are_received_again()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        var journal = database.Open();
        var reader = await ListeningAsync(database, journal);

        await database.ExecuteAsync($"select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen \"{database.Name}\"'");

        // Completes because the listener has connected again: nothing was appended.
        await journal.WaitAsync(Cancellation);
        Assert.Equal(1, database.Log.Count("JournalListenerDisconnected"));
        Assert.Empty(await reader.ReadAsync());
        await database.Open().AppendAsync([new("a", Hour)], Cancellation);
        string[] contents;
        do
        {
            await journal.WaitAsync(Cancellation);
            contents = await reader.ContentsAsync();
        }
        while (contents.Length == 0);
        Assert.Equal(["a"], contents);
    }

    [Fact]
    public async Task A_forged_notification_causes_a_read_and_nothing_else()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        var journal = database.Open();
        var reader = await ListeningAsync(database, journal);

        await database.ExecuteAsync($"select pg_notify('{database.Name}', '{{\"v\":1,\"revoke\":\"everything\"}}')");
        await journal.WaitAsync(Cancellation);

        Assert.Empty(await reader.ReadAsync());
    }

    [Fact]
    public async Task Notifications_of_other_channels_and_of_a_rolled_back_append_do_not_complete_a_wait()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        var journal = database.Open();
        await ListeningAsync(database, journal);
        var waiting = journal.WaitAsync(Cancellation);

        await database.ExecuteAsync($"select pg_notify('{database.Name}_other', '')");
        await database.ExecuteAsync($"begin; select pg_notify('{database.Name}', ''); rollback");
        Assert.False(waiting.IsCompleted);

        await database.ExecuteAsync($"select pg_notify('{database.Name}', '')");
        await waiting;
    }

    [Fact]
    public async Task A_channel_name_is_only_a_name()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        var channel = $"{database.Name[..20]}\"; drop schema x; '";
        var journal = database.Open(options => options.Channel = channel);
        var reader = new JournalReader(journal);
        await reader.ReadAsync();
        await journal.WaitAsync(Cancellation);
        await reader.ReadAsync();

        await database.Open(options => options.Channel = channel).AppendAsync([new("a", Hour)], Cancellation);
        await journal.WaitAsync(Cancellation);

        Assert.Equal(["a"], await reader.ContentsAsync());
    }

    [Fact]
    public async Task The_turn_is_lost_with_its_connection_and_another_process_takes_it()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        var first = database.Open(connectionString: $"{fixture.Server.ConnectionString};Application Name={database.Name}");
        var second = database.Open();
        Assert.True(await first.TryTakeTurnAsync("events", Cancellation));

        await database.ExecuteAsync(
            $"select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = '{database.Name}'");

        Assert.True(await second.TryTakeTurnAsync("events", Cancellation));
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () => await first.TryTakeTurnAsync("events", Cancellation));
        Assert.Equal(1, database.Log.Count("TurnConnectionLost"));
        Assert.False(await first.TryTakeTurnAsync("events", Cancellation));
    }

    [Fact]
    public async Task A_process_that_ends_returns_its_turns()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        var first = database.Open();
        var second = database.Open();
        Assert.True(await first.TryTakeTurnAsync("events", Cancellation));
        Assert.False(await second.TryTakeTurnAsync("events", Cancellation));

        await first.DisposeAsync();

        Assert.True(await second.TryTakeTurnAsync("events", Cancellation));
    }

    /// <summary>Reads and waits until the listener has connected. No signal is left.</summary>
    private static async Task<JournalReader> ListeningAsync(JournalDatabase database, PostgreSqlRevocationJournal journal)
    {
        var reader = new JournalReader(journal);
        await reader.ReadAsync();
        await journal.WaitAsync(Cancellation);
        Assert.Empty(await reader.ReadAsync());
        Assert.Equal(0, database.Log.Count("JournalListenerDisconnected"));
        return reader;
    }
}
