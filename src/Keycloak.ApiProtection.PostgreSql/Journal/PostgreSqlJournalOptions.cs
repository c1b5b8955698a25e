using Npgsql;

namespace Keycloak.ApiProtection;

/// <summary>Options of the journal in PostgreSQL. They are validated when the application starts.</summary>
public sealed class PostgreSqlJournalOptions
{
    /// <summary>Gets or sets the schema of the table.</summary>
    /// <value>The default is null: PostgreSQL's <c>search_path</c> decides. A name has 1 to 63 bytes.</value>
    public string? Schema { get; set; }

    /// <summary>Gets or sets the name of the table. APIs that share a table share revocations.</summary>
    /// <value>The default is <c>keycloak_revocations</c>. A name has 1 to 63 bytes.</value>
    public string Table { get; set; } = "keycloak_revocations";

    /// <summary>Gets or sets whether a missing table is created.</summary>
    /// <value>
    /// The default is true. If false, or if the role may not create tables, create it with the statements that <see cref="ToScript"/>
    /// returns.
    /// </value>
    public bool CreateTable { get; set; } = true;

    /// <summary>Gets or sets the channel of NOTIFY. Notifications have no content; they only cause the table to be read.</summary>
    /// <value>The default is <c>keycloak_revocations</c>. A name has 1 to 63 bytes.</value>
    public string Channel { get; set; } = "keycloak_revocations";

    /// <summary>
    /// Gets or sets the data source of the connection that listens for notifications, and of the connection that takes turns. These
    /// connections stay open. They cannot go through PgBouncer in transaction mode.
    /// </summary>
    /// <value>The default is null: the data source of the journal.</value>
    public NpgsqlDataSource? ListenDataSource { get; set; }

    /// <summary>Gets or sets how often expired rows are deleted, by one replica at a time.</summary>
    /// <value>The default is 5 minutes. The range is 1 second to 1 day.</value>
    public TimeSpan CleanupInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Returns the SQL statements that create the table with its indexes, if it does not exist.</summary>
    /// <returns>SQL for <c>psql</c> or a migration.</returns>
    /// <exception cref="ArgumentException"><see cref="Schema"/> or <see cref="Table"/> is not a name.</exception>
    public string ToScript() => PostgreSql.JournalStatements.Script(Schema, Table);
}
