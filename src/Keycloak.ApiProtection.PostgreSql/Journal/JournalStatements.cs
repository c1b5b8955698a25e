namespace Keycloak.ApiProtection.PostgreSql;

/// <summary>The SQL of the journal. All times are those of the database: the clocks of replicas differ.</summary>
internal sealed class JournalStatements
{
    /// <summary>Longer lifetimes are stored and returned as this one. A date far in the future must not be an error.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(3650);

    // A snapshot does not say on which server it was taken. A restarted or promoted server has another start time. After a crash, the start
    // time is the same, but statistics are reset. Transaction ids that were not yet written to disk may then be assigned again.
    private const string Server = """
        extract(epoch from pg_postmaster_start_time())::text || '/'
            || coalesce(extract(epoch from (select stats_reset from pg_catalog.pg_stat_bgwriter))::text, '')
        """;

    public JournalStatements(string table)
    {
        Table = table;
        Append = $"""
            with added as (
                insert into {table} (content, expires_at)
                select entry ->> 0, now() + (entry ->> 1)::float8 * interval '1 second' from json_array_elements($1::json) as entry)
            select pg_notify($2, '')::text
            """;
        ReadAll = Read("id > $1");

        // The first condition can use the index. It is true for all rows for which the second is.
        ReadAfter = Read(
            "id > $1 and transaction >= pg_snapshot_xmin($3::pg_snapshot) and not pg_visible_in_snapshot(transaction, $3::pg_snapshot)");
    }

    /// <summary>The quoted name of the table.</summary>
    public string Table { get; }

    /// <summary>Inserts the entries of a JSON array [[content, seconds], ...] and notifies the channel, in one transaction.</summary>
    public string Append { get; }

    /// <summary>Reads the rows after an id. The first row of the result describes the server.</summary>
    public string ReadAll { get; }

    /// <summary>Reads the rows after an id that are not covered by a snapshot. The first row of the result describes the server.</summary>
    public string ReadAfter { get; }

    public static IReadOnlyList<TableColumn> Columns { get; } =
    [
        new("id", "bigint", HasDefault: true),
        new("transaction", "xid8", HasDefault: true),
        new("content", "text", HasDefault: false),
        new("expires_at", "timestamp with time zone", HasDefault: false),
    ];

    /// <summary>The statements that create the table.</summary>
    /// <param name="schema">The schema; null for the first of the <c>search_path</c>.</param>
    /// <param name="name">The name of the table.</param>
    public static string Script(string? schema, string name)
    {
        var table = SqlName.QuoteTable(schema, name);
        return $"""
            create table if not exists {table} (
                id bigint generated always as identity primary key,
                transaction xid8 not null default pg_current_xact_id(),
                content text not null check (length(content) <= 512),
                expires_at timestamptz not null,
                created_at timestamptz not null default now());
            create index if not exists {Index("transaction")} on {table} (transaction);
            create index if not exists {Index("expires_at")} on {table} (expires_at);
            """;

        string Index(string column) => SqlName.Quote(SqlName.IsValid($"{name}_{column}") ? $"{name}_{column}" : $"keycloak_{column}");
    }

    private string Read(string condition) => $"""
        select null::bigint, pg_current_snapshot()::text || ' ' || {Server}, pg_is_in_recovery()::int::float8
        union all
        (select id, content, extract(epoch from least(expires_at, now() + interval '{MaxLifetime.TotalDays:F0} days') - now())::float8
         from {Table} where expires_at > now() and {condition} order by id limit $2)
        """;
}
