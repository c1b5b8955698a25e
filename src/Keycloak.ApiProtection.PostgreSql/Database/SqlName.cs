using System.Text;

namespace Keycloak.ApiProtection.PostgreSql;

/// <summary>Names in SQL. A name is always quoted, so it cannot contain anything but a name.</summary>
internal static class SqlName
{
    /// <summary>PostgreSQL truncates longer names, and two names could become the same.</summary>
    public const int MaxBytes = 63;

    public static bool IsValid(string? name) =>
        !string.IsNullOrEmpty(name) && !name.Contains('\0', StringComparison.Ordinal) && Encoding.UTF8.GetByteCount(name) <= MaxBytes;

    public static string Quote(string name) => IsValid(name)
        ? $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
        : throw new ArgumentException($"A name in PostgreSQL has 1 to {MaxBytes} bytes.", nameof(name));

    /// <summary>A table, with its schema if there is one. Without it, PostgreSQL's <c>search_path</c> decides.</summary>
    public static string QuoteTable(string? schema, string table) =>
        schema is null ? Quote(table) : $"{Quote(schema)}.{Quote(table)}";
}
