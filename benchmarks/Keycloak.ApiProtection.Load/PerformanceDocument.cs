namespace Keycloak.ApiProtection.Load;

/// <summary>The parts of a former docs/performance.md, by their headings.</summary>
internal sealed class PerformanceDocument
{
    private const string Heading = "## ";

    private readonly Dictionary<string, string> _parts = [];

    /// <summary>Reads the document. If it does not exist, it has no parts.</summary>
    public static PerformanceDocument Read(string file)
    {
        var document = new PerformanceDocument();
        string? heading = null;
        foreach (var line in File.Exists(file) ? File.ReadLines(file) : [])
        {
            if (line.StartsWith(Heading, StringComparison.Ordinal))
            {
                heading = line[Heading.Length..];
                document._parts[heading] = string.Empty;
            }
            else if (heading is not null)
            {
                document._parts[heading] += line + Environment.NewLine;
            }
        }

        return document;
    }

    /// <summary>Returns the text below a heading; null if there is no such heading.</summary>
    public string? TextOf(string heading) => _parts.GetValueOrDefault(heading);
}
