using Keycloak.ApiProtection;
using Npgsql;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Selects PostgreSQL as the journal of revocations.</summary>
public static class PostgreSqlRevocationJournalExtensions
{
    /// <summary>Shares revocations through a table of PostgreSQL. The table is created when it is used for the first time.</summary>
    /// <param name="builder">The builder that <c>AddRevocationJournal</c> returned.</param>
    /// <param name="dataSource">The database. The caller disposes it, after the application has stopped.</param>
    /// <param name="configure">Changes the options; null to keep the defaults.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> or <paramref name="dataSource"/> is null.</exception>
    public static RevocationJournalBuilder UsePostgreSql(
        this RevocationJournalBuilder builder, NpgsqlDataSource dataSource, Action<PostgreSqlJournalOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddPostgreSqlRevocationJournal(dataSource, configure);
        return builder;
    }
}
