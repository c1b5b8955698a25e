using Keycloak.ApiProtection.PostgreSql.Tests.Server;
using Keycloak.ApiProtection.Tests.Journal;

namespace Keycloak.ApiProtection.PostgreSql.Tests.Contract;

/// <summary>A journal of one kind. Each <see cref="Open"/> is another process.</summary>
internal sealed class JournalUnderTest : IAsyncDisposable
{
    private readonly JournalDatabase? _database;
    private readonly InMemoryRevocationJournal.Store _store = new();

    private JournalUnderTest(JournalDatabase? database) => _database = database;

    public static async Task<JournalUnderTest> CreateAsync(string kind, PostgreSqlFixture fixture) =>
        new(kind == "memory" ? null : await JournalDatabase.CreateAsync(fixture.Server));

    public IRevocationJournal Open() =>
        _database is null ? new InMemoryRevocationJournal(_store, TimeProvider.System) : _database.Open();

    public ValueTask DisposeAsync() => _database?.DisposeAsync() ?? ValueTask.CompletedTask;
}
