namespace Keycloak.ApiProtection;

/// <summary>Options of the memory of used DPoP proofs in PostgreSQL. They are validated when the application starts.</summary>
public sealed class PostgreSqlDpopReplayStoreOptions
{
    /// <summary>Gets or sets the schema of the table.</summary>
    /// <value>The default is null: PostgreSQL's <c>search_path</c> decides. A name has 1 to 63 bytes.</value>
    public string? Schema { get; set; }

    /// <summary>Gets or sets the name of the table.</summary>
    /// <value>The default is <c>keycloak_dpop_proofs</c>. A name has 1 to 63 bytes.</value>
    public string Table { get; set; } = "keycloak_dpop_proofs";

    /// <summary>Gets or sets whether a missing table is created.</summary>
    /// <value>
    /// The default is true. If false, or if the role may not create tables, create it with the statements that <see cref="ToScript"/>
    /// returns.
    /// </value>
    public bool CreateTable { get; set; } = true;

    /// <summary>Gets or sets the maximum duration of one request to the database. After it, the store has failed.</summary>
    /// <value>The default is 2 seconds. The range is 100 milliseconds to 1 minute.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Gets or sets by how much the clocks of two replicas may differ. Proofs are kept for this time longer, because a replica whose clock
    /// is behind still accepts a proof that has expired for another one.
    /// </summary>
    /// <value>The default is 1 minute. The range is zero to 1 hour.</value>
    public TimeSpan ClockDifference { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets how often expired rows are deleted, by one replica at a time.</summary>
    /// <value>The default is 1 minute. The range is 1 second to 1 day.</value>
    public TimeSpan CleanupInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Returns the SQL statements that create the table with its index, if it does not exist.</summary>
    /// <returns>SQL for <c>psql</c> or a migration.</returns>
    /// <exception cref="ArgumentException"><see cref="Schema"/> or <see cref="Table"/> is not a name.</exception>
    public string ToScript() => PostgreSql.ReplayStatements.Script(Schema, Table);
}
