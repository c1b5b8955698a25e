using Keycloak.ApiProtection.PostgreSql.Tests.Contract;
using Keycloak.ApiProtection.PostgreSql.Tests.Server;
using Npgsql;

namespace Keycloak.ApiProtection.PostgreSql.Tests.Journal;

/// <summary>Who creates the table, which rights are needed, and how rows are deleted.</summary>
public sealed class PostgreSqlTableTests(PostgreSqlFixture fixture)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Processes_that_start_together_create_the_table_once()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        var journals = Enumerable.Range(0, 8).Select(_ => database.Open()).ToArray();

        await Task.WhenAll(journals.Select(journal => journal.AppendAsync([new("a", Hour)], Cancellation).AsTask()));

        Assert.Equal(8, (await new JournalReader(journals[0]).ReadAsync()).Count);
    }

    [Fact]
    public async Task Without_the_right_to_create_it_a_missing_table_is_an_error_with_the_statements()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        var journal = database.Open(options => options.CreateTable = false);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await journal.ReadAsync(null, Cancellation));

        Assert.Contains("does not exist", error.Message, StringComparison.Ordinal);
        Assert.Contains(database.Options().ToScript(), error.Message, StringComparison.Ordinal);
        await database.ExecuteAsync(database.Options().ToScript());
        await journal.AppendAsync([new("a", Hour)], Cancellation);
        Assert.Equal(["a"], await new JournalReader(journal).ContentsAsync());
    }

    [Fact]
    public async Task A_role_that_may_not_create_the_table_gets_the_statements()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        await database.ExecuteAsync($"create role {database.Name} login; grant usage on schema {database.Name} to {database.Name}");
        var journal = database.Open(connectionString: fixture.Server.ConnectionStringOf(database.Name));

        var error = await Assert.ThrowsAsync<InvalidOperationException>(async () => await journal.ReadAsync(null, Cancellation));

        Assert.Contains("may not create it", error.Message, StringComparison.Ordinal);
        Assert.Contains(database.Options().ToScript(), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("alter table {0} drop column transaction", "column transaction is missing")]
    [InlineData("alter table {0} alter column transaction drop default", "column transaction is xid8 without a default")]
    [InlineData("alter table {0} alter column expires_at type timestamp", "column expires_at is timestamp without time zone")]
    public async Task A_table_of_another_form_is_an_error_that_names_the_column(string change, string expected)
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        await database.ExecuteAsync(database.Options().ToScript());
        await database.ExecuteAsync(change.Replace("{0}", database.Table, StringComparison.Ordinal));

        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await database.Open().ReadAsync(null, Cancellation));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_was_dropped_is_created_again()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        var journal = database.Open();
        await journal.AppendAsync([new("a", Hour)], Cancellation);
        await database.ExecuteAsync($"drop table {database.Table}");

        await Assert.ThrowsAsync<PostgresException>(async () => await journal.ReadAsync(null, Cancellation));

        Assert.Empty(await new JournalReader(journal).ReadAsync());
    }

    [Fact]
    public async Task Two_tables_are_two_journals()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        var journal = database.Open();
        var other = database.Open(options => options.Table = "Other \"table\"");

        await other.AppendAsync([new("other", Hour)], Cancellation);
        await journal.AppendAsync([new("a", Hour)], Cancellation);

        Assert.Equal(["a"], await new JournalReader(journal).ContentsAsync());
        Assert.Equal(["other"], await new JournalReader(other).ContentsAsync());
    }

    [Fact]
    public async Task A_role_needs_only_the_documented_rights()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        await database.ExecuteAsync(database.Options().ToScript());
        await database.ExecuteAsync($"""
            create role {database.Name} login;
            grant usage on schema {database.Name} to {database.Name};
            grant select on {database.Table} to {database.Name};
            grant insert (content, expires_at) on {database.Table} to {database.Name};
            """);
        var role = fixture.Server.ConnectionStringOf(database.Name);
        var journal = database.Open(connectionString: role);
        var reader = new JournalReader(journal);
        await reader.ReadAsync();
        await journal.WaitAsync(Cancellation);
        await reader.ReadAsync();

        await journal.AppendAsync([new("a", Hour)], Cancellation);
        await journal.WaitAsync(Cancellation);

        Assert.Equal(["a"], await reader.ContentsAsync());
        Assert.True(await journal.TryTakeTurnAsync("events", Cancellation));
        await using var source = NpgsqlDataSource.Create(role);
        await using var forge = source.CreateCommand(
            $"insert into {database.Table} (content, expires_at, transaction) values ('x', 'infinity', '1')");
        var error = await Assert.ThrowsAsync<PostgresException>(async () => await forge.ExecuteNonQueryAsync(Cancellation));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
    }

    [Fact]
    public async Task Expired_rows_are_deleted_in_batches_and_the_others_stay()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        var journal = database.Open();
        await journal.AppendAsync([new("live", Hour)], Cancellation);
        await InsertExpiredAsync(database, 2_500);

        Assert.Equal(2_500, await journal.Expired.DeleteAsync(Cancellation));

        Assert.Equal(1L, await database.ScalarAsync($"select count(*) from {database.Table}"));
        Assert.Equal(0, await journal.Expired.DeleteAsync(Cancellation));
    }

    [Fact]
    public async Task One_process_at_a_time_deletes_expired_rows()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        var journal = database.Open();
        await journal.ReadAsync(null, Cancellation);
        await InsertExpiredAsync(database, 10);
        await using (var connection = await database.Admin.OpenConnectionAsync(Cancellation))
        await using (var transaction = await connection.BeginTransactionAsync(Cancellation))
        {
            await using var command = new NpgsqlCommand(
                $"select pg_advisory_xact_lock({AdvisoryKey.Of("cleanup", database.Table)})", connection, transaction);
            await command.ExecuteNonQueryAsync(Cancellation);

            Assert.Equal(0, await journal.Expired.DeleteAsync(Cancellation));
        }

        Assert.Equal(10, await journal.Expired.DeleteAsync(Cancellation));
    }

    [Fact]
    public async Task Reads_delete_expired_rows_in_the_background_when_it_is_due()
    {
        var time = new ApiProtection.Tests.ManualTimeProvider();
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        var journal = database.Open(time: time);
        await journal.ReadAsync(null, Cancellation);
        await InsertExpiredAsync(database, 10);
        await journal.ReadAsync(null, Cancellation);
        Assert.Equal(10L, await database.ScalarAsync($"select count(*) from {database.Table}"));

        time.Advance(database.Options().CleanupInterval);
        await journal.ReadAsync(null, Cancellation);

        while (await database.ScalarAsync($"select count(*) from {database.Table}") is not 0L)
        {
            await Task.Delay(10, Cancellation);
        }
    }

    [Fact]
    public async Task Without_the_right_to_delete_it_is_logged_once_with_a_statement()
    {
        var time = new ApiProtection.Tests.ManualTimeProvider();
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        await database.ExecuteAsync(database.Options().ToScript());
        await database.ExecuteAsync(
            $"create role {database.Name} login; grant usage on schema {database.Name} to {database.Name}; "
            + $"grant select, insert on {database.Table} to {database.Name}");
        var journal = database.Open(connectionString: fixture.Server.ConnectionStringOf(database.Name), time: time);
        while (database.Log.Count("DeletionNotGranted") == 0)
        {
            time.Advance(database.Options().CleanupInterval);
            await journal.ReadAsync(null, Cancellation);
        }

        time.Advance(database.Options().CleanupInterval);
        await journal.ReadAsync(null, Cancellation);

        Assert.Contains(
            $"delete from {database.Table} where expires_at <= now()", database.Log.Text("DeletionNotGranted"), StringComparison.Ordinal);
    }

    private static Task<int> InsertExpiredAsync(JournalDatabase database, int count) => database.ExecuteAsync(
        $"insert into {database.Table} (content, expires_at) select 'x', now() - interval '1 minute' from generate_series(1, {count})");
}
