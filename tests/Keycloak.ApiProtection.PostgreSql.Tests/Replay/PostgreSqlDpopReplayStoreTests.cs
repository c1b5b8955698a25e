using System.Security.Cryptography;
using Keycloak.ApiProtection.PostgreSql.Tests.Server;
using Keycloak.ApiProtection.Tests;
using Npgsql;

namespace Keycloak.ApiProtection.PostgreSql.Tests.Replay;

public sealed class PostgreSqlDpopReplayStoreTests(PostgreSqlFixture fixture)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ManualTimeProvider _time = new();
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(16);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private DateTimeOffset Until => _time.GetUtcNow() + Minute;

    [Fact]
    public async Task A_key_is_new_once_at_all_replicas_together()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        await using var source = NpgsqlDataSource.Create(fixture.Server.ConnectionString);
        using var first = Open(database, source);
        using var second = Open(database, source);

        Assert.True(await first.TryAddAsync(_key, Until, Cancellation));
        Assert.False(await first.TryAddAsync(_key, Until, Cancellation));
        Assert.False(await second.TryAddAsync(_key, Until, Cancellation));
        Assert.True(await second.TryAddAsync(RandomNumberGenerator.GetBytes(16), Until, Cancellation));
    }

    [Fact]
    public async Task Of_concurrent_calls_with_one_key_exactly_one_returns_true()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        await using var source = NpgsqlDataSource.Create(fixture.Server.ConnectionString);
        var stores = Enumerable.Range(0, 4).Select(_ => Open(database, source)).ToArray();
        for (var round = 0; round < 20; round++)
        {
            var key = RandomNumberGenerator.GetBytes(16);
            if (round % 2 == 1)
            {
                // The key was used before and has expired.
                await database.ExecuteAsync(
                    $"insert into {database.Name}.keycloak_dpop_proofs "
                    + $"values ('\\x{Convert.ToHexString(key)}', now() - interval '1 second')");
            }

            var results = await Task.WhenAll(stores.Concat(stores).Select(store => store.TryAddAsync(key, Until, Cancellation).AsTask()));
            Assert.Equal(1, results.Count(added => added));
        }

        Array.ForEach(stores, store => store.Dispose());
    }

    [Fact]
    public async Task A_key_that_has_expired_is_new_again_before_its_row_is_deleted()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        await using var source = NpgsqlDataSource.Create(fixture.Server.ConnectionString);
        using var store = Open(database, source);
        Assert.True(await store.TryAddAsync(_key, Until, Cancellation));

        await database.ExecuteAsync($"update {database.Name}.keycloak_dpop_proofs set expires_at = now() - interval '1 second'");

        Assert.True(await store.TryAddAsync(_key, Until, Cancellation));
        Assert.False(await store.TryAddAsync(_key, Until, Cancellation));
    }

    /// <summary>The replica's clock, which is years behind or ahead here, only says for how long.</summary>
    [Theory]
    [InlineData(60, 120)]
    [InlineData(0, 60)]
    [InlineData(-3600, 60)]
    [InlineData(10_000_000, 86_460)]
    public async Task The_databases_clock_counts_the_remaining_time_and_the_difference_of_clocks_is_added(int rest, int expected)
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        await using var source = NpgsqlDataSource.Create(fixture.Server.ConnectionString);
        using var store = Open(database, source);

        Assert.True(await store.TryAddAsync(_key, _time.GetUtcNow() + TimeSpan.FromSeconds(rest), Cancellation));

        var kept = (double)(await database.ScalarAsync(
            $"select extract(epoch from expires_at - now())::float8 from {database.Name}.keycloak_dpop_proofs"))!;
        Assert.InRange(kept, expected - 20, expected);
    }

    [Fact]
    public async Task Expired_keys_are_deleted()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        await using var source = NpgsqlDataSource.Create(fixture.Server.ConnectionString);
        using var store = Open(database, source);
        await store.TryAddAsync(_key, Until, Cancellation);
        await store.TryAddAsync(RandomNumberGenerator.GetBytes(16), Until, Cancellation);
        await database.ExecuteAsync(
            $"update {database.Name}.keycloak_dpop_proofs set expires_at = now() - interval '1 second' "
            + $"where key = '\\x{Convert.ToHexString(_key)}'");

        Assert.Equal(1, await store.Expired.DeleteAsync(Cancellation));

        Assert.Equal(1L, await database.ScalarAsync($"select count(*) from {database.Name}.keycloak_dpop_proofs"));
    }

    [Fact]
    public async Task A_role_needs_only_the_documented_rights()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        await database.ExecuteAsync(Options(database).ToScript());
        await database.ExecuteAsync($"""
            create role {database.Name} login;
            grant usage on schema {database.Name} to {database.Name};
            grant select, insert, update (expires_at), delete on {database.Name}.keycloak_dpop_proofs to {database.Name};
            """);
        await using var source = NpgsqlDataSource.Create(fixture.Server.ConnectionStringOf(database.Name));
        using var store = Open(database, source);

        Assert.True(await store.TryAddAsync(_key, Until, Cancellation));
        Assert.False(await store.TryAddAsync(_key, Until, Cancellation));
        Assert.Equal(0, await store.Expired.DeleteAsync(Cancellation));
    }

    [Fact]
    public async Task A_database_that_does_not_respond_is_a_failure_of_the_store_after_the_timeout()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        await using var source = NpgsqlDataSource.Create(fixture.Server.ConnectionString);
        using var store = Open(database, source, options => options.Timeout = TimeSpan.FromMilliseconds(100));
        await database.ExecuteAsync(Options(database).ToScript());
        await using var connection = await database.Admin.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var command = new NpgsqlCommand(
            $"lock table {database.Name}.keycloak_dpop_proofs in access exclusive mode", connection, transaction);
        await command.ExecuteNonQueryAsync(Cancellation);

        await Assert.ThrowsAsync<TimeoutException>(async () => await store.TryAddAsync(_key, Until, Cancellation));
    }

    private static PostgreSqlDpopReplayStoreOptions Options(JournalDatabase database) => new() { Schema = database.Name };

    private PostgreSqlDpopReplayStore Open(
        JournalDatabase database, NpgsqlDataSource source, Action<PostgreSqlDpopReplayStoreOptions>? configure = null)
    {
        var options = Options(database);
        configure?.Invoke(options);
        return new PostgreSqlDpopReplayStore(source, options, _time, database.Log);
    }
}
