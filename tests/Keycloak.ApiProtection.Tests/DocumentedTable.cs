namespace Keycloak.ApiProtection.Tests;

/// <summary>
/// A table in the documentation that is generated from the code. A test compares the whole table; <c>UPDATE_DOCS=1 dotnet test</c>
/// regenerates it.
/// </summary>
internal static class DocumentedTable
{
    /// <summary>Compares the lines with the table in the page that has the same first line.</summary>
    public static void Check(string page, params IEnumerable<string> lines)
    {
        var file = Repository.File(page);
        var table = string.Join('\n', lines) + '\n';
        var text = File.ReadAllText(file);
        var start = text.IndexOf(table[..(table.IndexOf('\n', StringComparison.Ordinal) + 1)], StringComparison.Ordinal);
        Assert.True(start >= 0, $"{page} has no table that begins with: {table.Split('\n')[0]}");

        var end = start;
        while (end < text.Length && text[end] == '|')
        {
            end = text.IndexOf('\n', end) + 1;
        }

        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            File.WriteAllText(file, text = text[..start] + table + text[end..]);
            end = start + table.Length;
        }

        Assert.True(
            text[start..end] == table,
            $"{page} does not match the code. Regenerate the table with UPDATE_DOCS=1 dotnet test, and review the difference.");
    }
}
