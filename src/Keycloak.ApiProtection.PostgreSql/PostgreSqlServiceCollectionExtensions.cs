using Keycloak.ApiProtection;
using Keycloak.ApiProtection.PostgreSql;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers what replicas of an API share through PostgreSQL.</summary>
public static class PostgreSqlServiceCollectionExtensions
{
    /// <summary>
    /// Registers the journal of revocations in PostgreSQL, as <c>AddRevocationJournal().UsePostgreSql(dataSource)</c> does. For code that
    /// uses the journal without Keycloak schemes. The table is created when it is used for the first time.
    /// </summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="dataSource">The database. The caller disposes it, after the application has stopped.</param>
    /// <param name="configure">Changes the options; null to keep the defaults.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> or <paramref name="dataSource"/> is null.</exception>
    public static IServiceCollection AddPostgreSqlRevocationJournal(
        this IServiceCollection services, NpgsqlDataSource dataSource, Action<PostgreSqlJournalOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(dataSource);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<PostgreSqlJournalOptions>, PostgreSqlJournalOptionsValidation>());
        services.AddOptions<PostgreSqlJournalOptions>().Configure(configure ?? (_ => { })).ValidateOnStart();
        return services.Replace(ServiceDescriptor.Singleton<IRevocationJournal>(provider => new PostgreSqlRevocationJournal(
            dataSource,
            provider.GetRequiredService<IOptions<PostgreSqlJournalOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<PostgreSqlRevocationJournal>>())));
    }

    /// <summary>
    /// Registers the memory of used DPoP proofs in PostgreSQL (RFC 9449 section 11.1), so that a proof can be used once at all replicas
    /// together. The table is created when it is used for the first time.
    /// </summary>
    /// <param name="services">The services of the application.</param>
    /// <param name="dataSource">The database. The caller disposes it, after the application has stopped.</param>
    /// <param name="configure">Changes the options; null to keep the defaults.</param>
    /// <returns>The same services.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> or <paramref name="dataSource"/> is null.</exception>
    public static IServiceCollection AddPostgreSqlDpopReplayStore(
        this IServiceCollection services, NpgsqlDataSource dataSource, Action<PostgreSqlDpopReplayStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(dataSource);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<PostgreSqlDpopReplayStoreOptions>, PostgreSqlDpopReplayStoreOptionsValidation>());
        services.AddOptions<PostgreSqlDpopReplayStoreOptions>().Configure(configure ?? (_ => { })).ValidateOnStart();
        return services.Replace(ServiceDescriptor.Singleton<IDpopReplayStore>(provider => new PostgreSqlDpopReplayStore(
            dataSource,
            provider.GetRequiredService<IOptions<PostgreSqlDpopReplayStoreOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<PostgreSqlDpopReplayStore>>())));
    }
}
