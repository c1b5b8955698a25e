using System.Globalization;
using Npgsql;

namespace Keycloak.ApiProtection.PostgreSql;

/// <summary>A table that exists and has the expected form, from the first use on.</summary>
/// <param name="table">The quoted name of the table.</param>
/// <param name="columns">The columns that it must have.</param>
/// <param name="script">The statements that create it; also a part of the exception if it is missing.</param>
/// <param name="create">Whether a missing table is created.</param>
internal sealed class PreparedTable(string table, IReadOnlyList<TableColumn> columns, string script, bool create)
{
    // The snapshots of transactions with 64-bit ids.
    private const int OldestServer = 13;

    private const string Columns = """
        select attribute.attname::text, format_type(attribute.atttypid, attribute.atttypmod),
               attribute.atthasdef or attribute.attidentity <> ''
        from pg_catalog.pg_attribute attribute
        where attribute.attrelid = to_regclass($1) and attribute.attnum > 0 and not attribute.attisdropped
        """;

    private volatile bool _ready;

    /// <summary>Creates the table if it is missing, and compares its columns. Does nothing if that was done.</summary>
    /// <exception cref="InvalidOperationException">The table is missing or has another form. The message has the remedy.</exception>
    public async ValueTask EnsureAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (_ready)
        {
            return;
        }

        if (connection.PostgreSqlVersion.Major < OldestServer)
        {
            throw new InvalidOperationException(
                $"PostgreSQL {connection.PostgreSqlVersion} is too old. Version {OldestServer} or later is required.");
        }

        var found = await FindColumnsAsync(connection, cancellationToken).ConfigureAwait(false);
        if (found.Count == 0 && create)
        {
            await CreateAsync(connection, cancellationToken).ConfigureAwait(false);
            found = await FindColumnsAsync(connection, cancellationToken).ConfigureAwait(false);
        }

        Check(found);
        _ready = true;
    }

    /// <summary>Examines the table again before its next use, because the database reported that something is missing.</summary>
    public void Forget() => _ready = false;

    private async Task<Dictionary<string, TableColumn>> FindColumnsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, TableColumn>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand(Columns, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = table });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var column = new TableColumn(reader.GetString(0), reader.GetString(1), reader.GetBoolean(2));
            found.Add(column.Name, column);
        }

        return found;
    }

    /// <summary>
    /// Creates the table under a lock: "if not exists" fails if another replica creates the table at the same time.
    /// </summary>
    private async Task CreateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            var key = AdvisoryKey.Of("create", table).ToString(CultureInfo.InvariantCulture);
            await ExecuteAsync($"select pg_advisory_xact_lock({key})").ConfigureAwait(false);
            await ExecuteAsync(script).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);

            async Task ExecuteAsync(string statement)
            {
                await using var command = new NpgsqlCommand(statement, connection, transaction);
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new InvalidOperationException(
                $"The table {table} does not exist, and the role may not create it ({error.MessageText}). Create it with: {script}", error);
        }
    }

    private void Check(Dictionary<string, TableColumn> found)
    {
        if (found.Count == 0)
        {
            throw new InvalidOperationException(
                $"The table {table} does not exist, or the role may not see its schema. Create it with: {script}");
        }

        foreach (var expected in columns)
        {
            found.TryGetValue(expected.Name, out var column);
            if (column?.Type != expected.Type || (expected.HasDefault && !column.HasDefault))
            {
                var actual = column is null ? "is missing" : $"is {column.Type} {(column.HasDefault ? "with" : "without")} a default";
                throw new InvalidOperationException(
                    $"The table {table} has another form: the column {expected.Name} {actual}. Choose another table name, or drop the "
                    + $"table and create it with: {script}");
            }
        }
    }
}
