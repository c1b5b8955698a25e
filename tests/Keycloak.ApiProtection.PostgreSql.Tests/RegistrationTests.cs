using Keycloak.ApiProtection.PostgreSql.Tests.Contract;
using Keycloak.ApiProtection.PostgreSql.Tests.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Keycloak.ApiProtection.PostgreSql.Tests;

public sealed class RegistrationTests(PostgreSqlFixture fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_registered_journal_and_store_use_the_database()
    {
        await using var database = await JournalDatabase.CreateAsync(fixture.Server);
        await using var dataSource = new NpgsqlSlimDataSourceBuilder(fixture.Server.ConnectionString).Build();
        var services = new ServiceCollection().AddLogging();
        services.AddPostgreSqlRevocationJournal(dataSource, options => options.Schema = database.Name);
        services.AddPostgreSqlDpopReplayStore(dataSource, options => options.Schema = database.Name);
        await using var provider = services.BuildServiceProvider();
        var journal = provider.GetRequiredService<IRevocationJournal>();

        await journal.AppendAsync([new("a", TimeSpan.FromHours(1))], Cancellation);

        Assert.Equal(["a"], await new JournalReader(journal).ContentsAsync());
        var store = provider.GetRequiredService<IDpopReplayStore>();
        var until = TimeProvider.System.GetUtcNow().AddMinutes(1);
        Assert.True(await store.TryAddAsync(new byte[16], until, Cancellation));
        Assert.False(await store.TryAddAsync(new byte[16], until, Cancellation));
    }

    /// <summary>The registration of docs/replicas.md and of the package's README.</summary>
    [Fact]
    public async Task An_api_uses_PostgreSQL_for_its_journal_and_its_used_proofs()
    {
        var connectionString = fixture.Server.ConnectionString;
        var builder = WebApplication.CreateSlimBuilder();
        var dataSource = NpgsqlDataSource.Create(connectionString);
        builder.Services.AddKeycloakBearer().AddRevocationJournal().UsePostgreSql(dataSource);
        builder.Services.AddPostgreSqlDpopReplayStore(dataSource);
        await using var app = builder.Build();

        Assert.IsType<PostgreSqlRevocationJournal>(app.Services.GetRequiredService<IRevocationJournal>());
        Assert.IsType<PostgreSqlDpopReplayStore>(app.Services.GetRequiredService<IDpopReplayStore>());
        await dataSource.DisposeAsync();
    }

    [Theory]
    [InlineData("schema")]
    [InlineData("table")]
    [InlineData("channel")]
    [InlineData("cleanup")]
    public void Options_of_the_journal_that_cannot_work_are_rejected(string option)
    {
        var tooLong = new string('x', 64);
        AssertRejected<PostgreSqlJournalOptions, IRevocationJournal>(
            services => services.AddPostgreSqlRevocationJournal(Unused(), Configure));

        void Configure(PostgreSqlJournalOptions options)
        {
            switch (option)
            {
                case "schema":
                    options.Schema = "";
                    break;
                case "table":
                    options.Table = tooLong;
                    break;
                case "channel":
                    options.Channel = "a\0b";
                    break;
                default:
                    options.CleanupInterval = TimeSpan.Zero;
                    break;
            }
        }
    }

    [Theory]
    [InlineData("schema")]
    [InlineData("table")]
    [InlineData("timeout")]
    [InlineData("clocks")]
    [InlineData("cleanup")]
    public void Options_of_the_store_that_cannot_work_are_rejected(string option)
    {
        AssertRejected<PostgreSqlDpopReplayStoreOptions, IDpopReplayStore>(
            services => services.AddPostgreSqlDpopReplayStore(Unused(), Configure));

        void Configure(PostgreSqlDpopReplayStoreOptions options)
        {
            switch (option)
            {
                case "schema":
                    options.Schema = "";
                    break;
                case "table":
                    options.Table = "";
                    break;
                case "timeout":
                    options.Timeout = TimeSpan.Zero;
                    break;
                case "clocks":
                    options.ClockDifference = TimeSpan.FromHours(2);
                    break;
                default:
                    options.CleanupInterval = TimeSpan.FromDays(2);
                    break;
            }
        }
    }

    private static NpgsqlDataSource Unused() => NpgsqlDataSource.Create("Host=127.0.0.1;Port=1");

    private static void AssertRejected<TOptions, TService>(Action<IServiceCollection> register)
        where TOptions : class
        where TService : notnull
    {
        var services = new ServiceCollection().AddLogging();
        register(services);
        using var provider = services.BuildServiceProvider();

        Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<TOptions>>().Value);
        Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<TService>());
    }
}
