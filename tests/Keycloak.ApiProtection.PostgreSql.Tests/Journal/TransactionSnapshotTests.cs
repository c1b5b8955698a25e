using System.Globalization;
using Keycloak.ApiProtection.PostgreSql.Tests.Server;
using Npgsql;

namespace Keycloak.ApiProtection.PostgreSql.Tests.Journal;

public sealed class TransactionSnapshotTests(PostgreSqlFixture fixture)
{
    [Theory]
    [InlineData("10:20:10,14,19", 9, true)]
    [InlineData("10:20:10,14,19", 10, false)]
    [InlineData("10:20:10,14,19", 11, true)]
    [InlineData("10:20:10,14,19", 14, false)]
    [InlineData("10:20:10,14,19", 18, true)]
    [InlineData("10:20:10,14,19", 19, false)]
    [InlineData("10:20:10,14,19", 20, false)]
    [InlineData("10:10:", 9, true)]
    [InlineData("10:10:", 10, false)]
    public void Transactions_that_had_ended_are_covered(string text, ulong transaction, bool covered)
    {
        var snapshot = TransactionSnapshot.Parse(text)!;

        Assert.Equal(covered, snapshot.Covers(transaction));
        Assert.Equal(text, snapshot.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("10:20")]
    [InlineData("20:10:")]
    [InlineData("0:10:")]
    [InlineData("10:20:9")]
    [InlineData("10:20:20")]
    [InlineData("10:20:14,12")]
    [InlineData("10:20:12,12")]
    [InlineData("10:20:12,")]
    [InlineData("10:20:x")]
    [InlineData("10:20:-12")]
    [InlineData("-1:20:")]
    [InlineData("10:99999999999999999999:")]
    [InlineData("10:20:12:13")]
    public void Other_text_is_not_a_snapshot(string text) => Assert.Null(TransactionSnapshot.Parse(text));

    [Fact]
    public async Task PostgreSQL_says_the_same_of_random_snapshots_and_transactions()
    {
        const int Seed = 20261121;
        var random = new Random(Seed);
        await using var source = NpgsqlDataSource.Create(fixture.Server.ConnectionString);
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        for (var round = 0; round < 300; round++)
        {
            // Beyond 32 bits, too.
            var xmin = (ulong)random.NextInt64(3, random.Next(2) == 0 ? 1_000 : 1L << 40);
            var xmax = xmin + (ulong)random.Next(0, 30);
            var running = Enumerable.Range(0, (int)(xmax - xmin)).Where(_ => random.Next(3) == 0).Select(offset => xmin + (ulong)offset);
            var text = $"{xmin}:{xmax}:{string.Join(',', running)}";
            var snapshot = TransactionSnapshot.Parse(text)!;
            var transactions = Enumerable.Range(-2, (int)(xmax - xmin) + 5).Select(offset => (long)xmin + offset).ToArray();

            await using var command = new NpgsqlCommand(
                $"""
                select transaction, pg_visible_in_snapshot(transaction::xid8, $1::pg_snapshot),
                       transaction::xid8 >= pg_snapshot_xmin($1::pg_snapshot)
                from unnest(array[{string.Join(',', transactions.Select(Quoted))}]) as transaction
                """,
                connection);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = text });
            await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                var transaction = ulong.Parse(reader.GetString(0), CultureInfo.InvariantCulture);
                Assert.True(reader.GetBoolean(1) == snapshot.Covers(transaction), $"{text} {transaction} (seed {Seed})");

                // The condition that can use the index skips only transactions that are covered.
                Assert.True(reader.GetBoolean(2) || snapshot.Covers(transaction), $"{text} {transaction} (seed {Seed})");
            }
        }

        static string Quoted(long transaction) => $"'{transaction.ToString(CultureInfo.InvariantCulture)}'";
    }

    [Fact]
    public async Task The_current_snapshot_of_a_server_with_open_transactions_is_understood()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        await database.Open().ReadAsync(null, TestContext.Current.CancellationToken);
        await using var open = await database.BeginInsertAsync("open");
        var text = (string)(await database.ScalarAsync("select pg_current_snapshot()::text"))!;

        var snapshot = TransactionSnapshot.Parse(text);

        Assert.Equal(text, snapshot?.ToString());
        Assert.False(snapshot!.Covers(snapshot.Xmin));
        Assert.True(snapshot.Covers(snapshot.Xmin - 1));
        Assert.False(snapshot.Covers(snapshot.Xmax));
    }
}
