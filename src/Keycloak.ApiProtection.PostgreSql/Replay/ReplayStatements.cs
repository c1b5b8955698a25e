namespace Keycloak.ApiProtection.PostgreSql;

/// <summary>The SQL of the memory of used proofs.</summary>
internal static class ReplayStatements
{
    public static IReadOnlyList<TableColumn> Columns { get; } =
    [
        new("key", "bytea", HasDefault: false),
        new("expires_at", "timestamp with time zone", HasDefault: false),
    ];

    /// <summary>Adds a key. One row is affected if the key is new; an expired row that was not yet deleted counts as new.</summary>
    /// <param name="table">The quoted name of the table.</param>
    public static string TryAdd(string table) => $"""
        insert into {table} as proof (key, expires_at) values ($1, now() + $2 * interval '1 second')
        on conflict (key) do update set expires_at = excluded.expires_at where proof.expires_at <= now()
        """;

    /// <summary>The statements that create the table.</summary>
    /// <param name="schema">The schema; null for the first of the <c>search_path</c>.</param>
    /// <param name="name">The name of the table.</param>
    public static string Script(string? schema, string name)
    {
        var table = SqlName.QuoteTable(schema, name);
        var index = SqlName.Quote(SqlName.IsValid($"{name}_expires_at") ? $"{name}_expires_at" : "keycloak_dpop_expires_at");
        return $"""
            create table if not exists {table} (
                key bytea primary key,
                expires_at timestamptz not null);
            create index if not exists {index} on {table} (expires_at);
            """;
    }
}
