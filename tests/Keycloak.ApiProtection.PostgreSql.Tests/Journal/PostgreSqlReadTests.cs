using System.Diagnostics;
using Keycloak.ApiProtection.PostgreSql.Tests.Contract;
using Keycloak.ApiProtection.PostgreSql.Tests.Server;
using Npgsql;

namespace Keycloak.ApiProtection.PostgreSql.Tests.Journal;

/// <summary>Reads on a real server: commits out of order, pages, rows that somebody else wrote.</summary>
public sealed class PostgreSqlReadTests(PostgreSqlFixture fixture)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Entries_that_are_committed_out_of_order_are_not_missed()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        var reader = new JournalReader(database.Open());
        await reader.ReadAsync();
        await using var first = await database.BeginInsertAsync("first");
        await using var second = await database.BeginInsertAsync("second");
        await second.CommitAsync(Cancellation);
        Assert.Equal(["second"], await reader.ContentsAsync());
        var greatest = await database.ScalarAsync($"select max(id) from {database.Table}");

        await first.CommitAsync(Cancellation);

        Assert.Equal(["first"], await reader.ContentsAsync());
        Assert.Empty(await reader.ContentsAsync());
        Assert.Equal(0L, await database.ScalarAsync($"select count(*) from {database.Table} where id > {greatest}"));
    }

    [Fact]
    public async Task A_transaction_that_stays_open_delays_no_other_entry_and_repeats_none()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        var journal = database.Open();
        var reader = new JournalReader(journal);
        await reader.ReadAsync();
        await using var open = await database.BeginInsertAsync("late");
        for (var number = 0; number < 5; number++)
        {
            await journal.AppendAsync([new($"{number}", Hour)], Cancellation);
            Assert.Equal([$"{number}"], await reader.ContentsAsync());
        }

        await open.CommitAsync(Cancellation);

        Assert.Equal(["late"], await reader.ContentsAsync());
    }

    [Fact]
    public async Task A_transaction_that_is_prepared_or_rolled_back_is_no_exception()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        var reader = new JournalReader(database.Open());
        await reader.ReadAsync();
        await using (var rolledBack = await database.BeginInsertAsync("rolled back"))
        {
            await rolledBack.RollbackAsync(Cancellation);
        }

        await database.ExecuteAsync(
            $"begin; insert into {database.Table} (content, expires_at) values ('prepared', now() + interval '1 hour'); "
            + $"prepare transaction '{database.Name}'");
        Assert.Empty(await reader.ContentsAsync());

        await database.ExecuteAsync($"commit prepared '{database.Name}'");

        Assert.Equal(["prepared"], await reader.ContentsAsync());
    }

    [Fact]
    public async Task Commits_between_the_pages_of_a_read_are_not_missed()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        var journal = database.Open(pageSize: 3);
        var reader = new JournalReader(journal);
        await reader.ReadAsync();
        await using var early = await database.BeginInsertAsync("early");
        await journal.AppendAsync([.. Enumerable.Range(0, 5).Select(number => new RevocationEntry($"{number}", Hour))], Cancellation);
        var page = await reader.ReadPageAsync();
        Assert.Equal(["0", "1", "2"], page.Entries.Select(entry => entry.Content));
        Assert.False(page.IsLast);

        await early.CommitAsync(Cancellation);
        await journal.AppendAsync([new("between", Hour)], Cancellation);
        var rest = await reader.ReadAsync();
        var next = await reader.ReadAsync();

        string[] expected = ["3", "4", "between", "early"];
        Assert.Equal(expected, rest.Concat(next).Select(entry => entry.Content).Distinct().Order(StringComparer.Ordinal));
        Assert.Contains("early", next.Select(entry => entry.Content));
    }

    [Fact]
    public async Task All_pages_together_have_all_entries()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        var journal = database.Open(pageSize: 7);
        await journal.AppendAsync([.. Enumerable.Range(0, 28).Select(number => new RevocationEntry($"{number}", Hour))], Cancellation);
        var reader = new JournalReader(journal);

        Assert.Equal(28, (await reader.ReadAsync()).Select(entry => entry.Content).Distinct().Count());
        Assert.Empty(await reader.ReadAsync());
    }

    [Fact]
    public async Task Rows_that_somebody_else_wrote_do_not_fail_the_read()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        var reader = new JournalReader(database.Open());
        await reader.ReadAsync();

        await database.ExecuteAsync($"""
            insert into {database.Table} (content, expires_at) values
                ('', now() + interval '1 hour'), ('not JSON', now() + interval '1 hour'), ('{"{"}"v":99{"}"}', now() + interval '1 hour'),
                ('year 9999', '9999-12-31'), ('last year', '294276-12-31'), ('infinity', 'infinity'),
                ('past', '-infinity'), ('yesterday', now() - interval '1 day')
            """);
        var entries = await reader.ReadAsync();

        Assert.Equal(
            ["", "infinity", "last year", "not JSON", "year 9999", "{\"v\":99}"],
            entries.Select(entry => entry.Content).Order(StringComparer.Ordinal));
        Assert.All(entries, entry => Assert.InRange(entry.Lifetime, TimeSpan.FromMinutes(50), JournalStatements.MaxLifetime));
        Assert.Empty(await reader.ReadAsync());
    }

    [Fact]
    public async Task A_row_with_a_transaction_of_the_future_is_read_again_and_hides_no_other()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        var journal = database.Open();
        var reader = new JournalReader(journal);
        await reader.ReadAsync();
        await database.ExecuteAsync(
            $"insert into {database.Table} (content, expires_at, transaction) values ('restored', now() + interval '1 hour', '999999999')");

        Assert.Equal(["restored"], await reader.ContentsAsync());
        await journal.AppendAsync([new("new", Hour)], Cancellation);
        Assert.Equal(["new", "restored"], await reader.ContentsAsync());
    }

    [Fact]
    public async Task The_longest_lifetime_can_be_appended()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        var journal = database.Open();

        await journal.AppendAsync([new("long", TimeSpan.MaxValue), new("short", TimeSpan.MinValue)], Cancellation);

        var entry = Assert.Single(await new JournalReader(journal).ReadAsync());
        Assert.InRange(entry.Lifetime, JournalStatements.MaxLifetime - Hour, JournalStatements.MaxLifetime);
    }

    [Theory]
    [InlineData(513, 'x')]
    [InlineData(1, '\0')]
    public async Task Content_that_the_table_cannot_have_is_not_appended(int length, char letter)
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        var journal = database.Open();

        await Assert.ThrowsAsync<ArgumentException>(
            async () => await journal.AppendAsync([new("good", Hour), new(new string(letter, length), Hour)], Cancellation));

        Assert.Empty(await new JournalReader(journal).ReadAsync());
    }

    [Fact]
    public async Task A_read_takes_one_round_trip_and_uses_the_index()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        await database.Open().ReadAsync(null, Cancellation);
        await database.ExecuteAsync($"""
            insert into {database.Table} (content, expires_at) select 'x', now() + interval '1 hour' from generate_series(1, 20000)
            """);
        await database.ExecuteAsync($"analyze {database.Table}");
        var snapshot = await database.ScalarAsync("select pg_current_snapshot()::text");
        var statement = new JournalStatements(database.Table).ReadAfter
            .Replace("$1", "0", StringComparison.Ordinal)
            .Replace("$2", "10000", StringComparison.Ordinal)
            .Replace("$3", $"'{snapshot}'", StringComparison.Ordinal);
        await using var command = database.Admin.CreateCommand($"explain {statement}");
        var plan = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        while (await reader.ReadAsync(Cancellation))
        {
            plan.Add(reader.GetString(0));
        }

        Assert.Contains(plan, line => line.Contains("keycloak_revocations_transaction", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_hundred_thousand_entries_are_read()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        var journal = database.Open();
        var reader = new JournalReader(journal);
        await reader.ReadAsync();
        var entries = Enumerable.Range(0, 500)
            .Select(number => new RevocationEntry($$"""{"v":1,"k":"sid","h":"{{Guid.NewGuid():N}}{{number}}"}""", Hour)).ToArray();
        var appending = Stopwatch.StartNew();
        for (var batch = 0; batch < 200; batch++)
        {
            await journal.AppendAsync(entries, Cancellation);
        }

        appending.Stop();
        var all = Stopwatch.StartNew();
        Assert.Equal(100_000, (await reader.ReadAsync()).Count);
        all.Stop();
        var nothing = Stopwatch.StartNew();
        Assert.Empty(await reader.ReadAsync());
        nothing.Stop();
        var size = await database.ScalarAsync($"select pg_size_pretty(pg_total_relation_size('{database.Table}'))");
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"100,000 entries: appended in {appending.Elapsed}, read in {all.Elapsed}; a read without new entries {nothing.Elapsed}; "
            + $"{size}");
    }

    [Fact]
    public async Task A_canceled_read_returns_at_once_and_leaks_no_connection()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        var journal = database.Open(connectionString: fixture.Server.ConnectionString + ";Application Name=" + database.Name);
        await journal.ReadAsync(null, Cancellation);
        await using (var connection = await database.Admin.OpenConnectionAsync(Cancellation))
        await using (var transaction = await connection.BeginTransactionAsync(Cancellation))
        {
            await using var command = new NpgsqlCommand($"lock table {database.Table} in access exclusive mode", connection, transaction);
            await command.ExecuteNonQueryAsync(Cancellation);

            // More often than the pool has connections.
            for (var attempt = 0; attempt < 30; attempt++)
            {
                using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
                await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await journal.ReadAsync(null, timeout.Token));
            }
        }

        Assert.Empty(await new JournalReader(journal).ReadAsync());
    }
}
