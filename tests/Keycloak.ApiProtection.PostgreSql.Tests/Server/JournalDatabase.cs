using Keycloak.ApiProtection.Tests.Realms;
using Npgsql;

namespace Keycloak.ApiProtection.PostgreSql.Tests.Server;

/// <summary>A journal's own schema and channel on a server, and what a test does with them.</summary>
internal sealed class JournalDatabase : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _opened = [];

    private JournalDatabase(PostgreSqlServer server, string name)
    {
        Server = server;
        Name = name;
        Admin = NpgsqlDataSource.Create(server.ConnectionString + ";Pooling=false");
        _opened.Add(Admin);
    }

    public PostgreSqlServer Server { get; }

    /// <summary>The name of the schema and of the channel.</summary>
    public string Name { get; }

    /// <summary>The superuser's connections.</summary>
    public NpgsqlDataSource Admin { get; }

    public RecordingLogger Log { get; } = new();

    public string Table => $"\"{Name}\".\"keycloak_revocations\"";

    public static async Task<JournalDatabase> CreateAsync(PostgreSqlServer server)
    {
        var database = new JournalDatabase(server, $"test_{Guid.NewGuid():N}");
        await database.ExecuteAsync($"create schema {database.Name}");
        return database;
    }

    public PostgreSqlJournalOptions Options(Action<PostgreSqlJournalOptions>? configure = null)
    {
        var options = new PostgreSqlJournalOptions { Schema = Name, Channel = Name };
        configure?.Invoke(options);
        return options;
    }

    /// <summary>Opens the journal as another process would: with connections of its own.</summary>
    public PostgreSqlRevocationJournal Open(
        Action<PostgreSqlJournalOptions>? configure = null,
        int pageSize = PostgreSqlRevocationJournal.PageSize,
        string? connectionString = null,
        TimeProvider? time = null)
    {
        var source = NpgsqlDataSource.Create(connectionString ?? Server.ConnectionString);
        var journal = new PostgreSqlRevocationJournal(source, Options(configure), time ?? TimeProvider.System, Log, pageSize);
        _opened.Add(source);
        _opened.Add(journal);
        return journal;
    }

    public async Task<int> ExecuteAsync(string statement)
    {
        await using var command = Admin.CreateCommand(statement);
        return await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public async Task<object?> ScalarAsync(string statement)
    {
        await using var command = Admin.CreateCommand(statement);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Inserts a row in an open transaction.</summary>
    public async Task<NpgsqlTransaction> BeginInsertAsync(string content)
    {
        var connection = await Admin.OpenConnectionAsync(TestContext.Current.CancellationToken);
        _opened.Add(connection);
        var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(
            $"insert into {Table} (content, expires_at) values ('{content}', now() + interval '1 hour')", connection, transaction);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return transaction;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var opened in Enumerable.Reverse(_opened))
        {
            await opened.DisposeAsync();
        }
    }
}
