using System.Text.Json;

namespace Keycloak.ApiProtection.Load.SideBySide;

/// <summary>Writes the tables into the documents between two marker comments. Everything else there is written by hand.</summary>
internal static class GatewayReport
{
    public const string FileName = "results.json";

    private const string Begin = "<!-- measured -->";
    private const string End = "<!-- /measured -->";

    public static int Write(string folder, string docs)
    {
        var file = Path.Combine(folder, FileName);
        if (!File.Exists(file))
        {
            Console.Error.WriteLine($"{file} is missing. Run benchmarks/load/gateway.sh.");
            return 1;
        }

        var results = JsonSerializer.Deserialize<GatewayResults>(File.ReadAllText(file), JsonSerializerOptions.Web)!;
        var written = Replace(Path.Combine(docs, "gateway-or-in-process.md"), GatewayTables.Of(results, Wording.English))
            & Replace(Path.Combine(docs, "gateway-or-in-process.ja.md"), GatewayTables.Of(results, Wording.Japanese));
        return written ? 0 : 1;
    }

    /// <summary>Replaces the tables in a document. A missing document is skipped.</summary>
    /// <returns>False if the document has no markers for the tables.</returns>
    private static bool Replace(string document, string tables)
    {
        if (!File.Exists(document))
        {
            Console.WriteLine($"{document} is missing. Skipped.");
            return true;
        }

        var text = File.ReadAllText(document);
        var begin = text.IndexOf(Begin, StringComparison.Ordinal);
        var end = text.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
        {
            Console.Error.WriteLine($"{document} has no markers for the tables. Add the lines {Begin} and {End} to it, in this order.");
            return false;
        }

        File.WriteAllText(document, $"{text[..(begin + Begin.Length)]}\n{tables}{text[end..]}");
        Console.WriteLine($"The tables in {document} are updated.");
        return true;
    }
}
